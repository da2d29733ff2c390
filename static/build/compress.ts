/** What is text is compressed once, as far as it goes. */

import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { OutputFile } from "./output_file.ts";

const TEXT = /\.(html|js|css|svg|json|webmanifest)$/;
/** Less is one packet anyway. */
const WORTHWHILE_BYTES = 1_000;

/** The file, and where it pays its `.br` and `.gz`. */
export async function compressed(file: OutputFile): Promise<OutputFile[]> {
  if (!TEXT.test(file.name) || file.bytes.length < WORTHWHILE_BYTES) return [file];
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(file.bytes, {
      params: {
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_QUALITY]: 11,
        [constants.BROTLI_PARAM_SIZE_HINT]: file.bytes.length,
      },
    }),
    promisify(gzip)(file.bytes, { level: 9 }),
  ]);
  return [file, { name: `${file.name}.br`, bytes: br }, { name: `${file.name}.gz`, bytes: gz }];
}
