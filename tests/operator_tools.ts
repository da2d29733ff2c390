/** The operator's commands as `deno task` runs them, with the permissions that it gives them. */

const ROOT = new URL("../", import.meta.url);

export type Tool = "backup" | "restore";

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `deno task NAME ARGS` to its end. In `cwd` its `.env` and its `data` are looked for. */
export async function runTool(tool: Tool, cwd: string, ...args: readonly string[]): Promise<Ended> {
  const child = await spawnTool(tool, cwd, args);
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** @param under a command that runs the tool, such as `strace` with its arguments */
export async function spawnTool(
  tool: Tool,
  cwd: string,
  args: readonly string[],
  under: readonly string[] = [],
): Promise<Deno.ChildProcess> {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const [, flags, script] = /^deno run (.*) (\S+\.ts)$/.exec(tasks[tool].command)!;
  const path = new URL(script!, ROOT).pathname;
  const [command, ...rest] = [
    ...under,
    Deno.execPath(),
    "run",
    "--no-check",
    ...flags!.split(" "),
    path,
    ...args,
  ];
  return new Deno.Command(command!, {
    args: rest,
    cwd,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}
