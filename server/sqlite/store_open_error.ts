/** Why a store could not be opened: one line that names the file, the cause and what to do. Nothing was rewritten. */
export class StoreOpenError extends Error {
  override readonly name = "StoreOpenError";

  constructor(message: string, options?: ErrorOptions) {
    super(message.replace(/\s*\n\s*/g, " ").trim(), options);
  }
}
