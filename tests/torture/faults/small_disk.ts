/** A server whose data or log folder is a disk of its own, of a few megabytes, that can be filled and emptied. */

import { ServerProcess } from "../../server_process.ts";

const FLAGS = ["--no-openai", "--no-thermometer", "--no-rate-limit"];
const FILLER = "filler";

export interface SmallDiskOptions {
  /** The one that is on the small disk. */
  readonly place: "data" | "logs";
  /** As `mount` reads it. */
  readonly size: string;
}

export class SmallDisk {
  readonly #place: string;

  private constructor(readonly server: ServerProcess, folder: string, { place }: SmallDiskOptions) {
    // As the server sees it: the disk is mounted for nobody else.
    this.#place = `/proc/${server.pid}/root${folder}/${place}`;
  }

  static async start(folder: string, options: SmallDiskOptions): Promise<SmallDisk> {
    await Deno.mkdir(`${folder}/${options.place}`, { recursive: true });
    const script = `mount -t tmpfs -o size=${options.size} tmpfs ${options.place} && exec "$0" "$@"`;
    const wrapper = [...(await namespaceCommand())!, "sh", "-c", script];
    return new SmallDisk(await ServerProcess.start(folder, FLAGS, {}, { wrapper }), folder, options);
  }

  /** Leaves no byte free. */
  fill(): void {
    using file = Deno.openSync(`${this.#place}/${FILLER}`, { write: true, create: true });
    for (const size of [1 << 16, 1 << 12, 1]) fillWith(file, new Uint8Array(size));
  }

  makeRoom(): void {
    Deno.removeSync(`${this.#place}/${FILLER}`);
  }

  /** To be read also when the server, and the disk with it, has gone. */
  open(name: string): Deno.FsFile {
    return Deno.openSync(`${this.#place}/${name}`);
  }
}

function fillWith(file: Deno.FsFile, bytes: Uint8Array): void {
  try {
    for (;;) file.writeSync(bytes);
  } catch (error) {
    if (!(error instanceof Error) || !/space left/i.test(error.message)) throw error;
  }
}

/** How a command gets mounts of its own here; null where it may not. */
async function namespaceCommand(): Promise<string[] | null> {
  for (const command of [["unshare", "-m"], ["unshare", "-r", "-m"]]) {
    const script = "mount -t tmpfs -o size=64k tmpfs /mnt";
    const { success } = await new Deno.Command(command[0]!, {
      args: [...command.slice(1), "sh", "-c", script],
    })
      .output().catch(() => ({ success: false }));
    if (success) return command;
  }
  return null;
}

export async function canMount(): Promise<boolean> {
  return Deno.build.os === "linux" && await namespaceCommand() !== null;
}
