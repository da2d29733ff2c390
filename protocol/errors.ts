/** The error codes of the protocol (docs/protocol.md, section 7) and the error that carries one. */

/** Every code that `metadata.error` can have. Codes are never reused for another meaning. */
export type ErrorCode =
  | "bad_json"
  | "bad_message"
  | "bad_encoding"
  | "too_long"
  | "line_too_long"
  | "unknown_command"
  | "bad_arguments"
  | "not_logged_in"
  | "already_logged_in"
  | "bad_name"
  | "name_in_use"
  | "bad_credentials"
  | "id_conflict"
  | "no_such_room"
  | "no_such_user"
  | "not_a_member"
  | "forbidden"
  | "rate_limited"
  | "too_many_connections"
  | "login_timeout"
  | "idle_timeout"
  | "slow_consumer"
  | "store_unavailable"
  | "internal";

/** The HTTP status with which the web API answers each code. */
export const HTTP_STATUS: Readonly<Record<ErrorCode, number>> = {
  bad_json: 400,
  bad_message: 400,
  bad_encoding: 400,
  too_long: 413,
  line_too_long: 413,
  unknown_command: 404,
  bad_arguments: 400,
  not_logged_in: 401,
  already_logged_in: 409,
  bad_name: 400,
  name_in_use: 409,
  bad_credentials: 401,
  id_conflict: 409,
  no_such_room: 404,
  no_such_user: 404,
  not_a_member: 403,
  forbidden: 403,
  rate_limited: 429,
  too_many_connections: 429,
  login_timeout: 408,
  idle_timeout: 408,
  slow_consumer: 408,
  store_unavailable: 503,
  internal: 500,
};

/** After these the server closes the connection by itself. (`bad_credentials` and `rate_limited` do so only when repeated.) */
const CLOSING: ReadonlySet<ErrorCode> = new Set([
  "line_too_long",
  "too_many_connections",
  "login_timeout",
  "idle_timeout",
  "slow_consumer",
]);

/**
 * A request that is refused, or a connection that is ended. The words say what was wrong, quote the value,
 * and say what to do; they are shown to the user as they are.
 */
export class ChatError extends Error {
  override readonly name = "ChatError";

  /** @param details what `metadata` holds beside `code`, `error` and `reply_to`, such as `retry_after_ms` */
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Whether the connection ends with this error. */
  get closes(): boolean {
    return CLOSING.has(this.code);
  }
}
