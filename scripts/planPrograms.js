import { readFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';
import { root } from './root.js';

const SOURCES = 'kernels/wasm/assembly';
const OPTIONS = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--noExportMemory', '--enable', 'simd'];
// Exchanged between functions of the program only.
const VECTORS_AS_ARGUMENTS = ['--disableWarning', '112'];

/** The programs of the tensor operations, by the file that holds each: one rounds products, one fuses them with sums. */
export const PLAN_PROGRAMS = { planBinary: [], planBinaryFused: ['--enable', 'relaxed-simd'] };

/** Compiles kernels/wasm/assembly with these further options; the bytes of the program. */
export async function compilePlanProgram(options) {
  let bytes;
  const { error, stderr } = await asc.main(
    ['program.ts', '--outFile', 'program.wasm', ...OPTIONS, ...VECTORS_AS_ARGUMENTS, ...options],
    {
      readFile(name) {
        try {
          return readFileSync(`${root}/${SOURCES}/${name}`, 'utf8');
        } catch {
          return null;
        }
      },
      writeFile: (name, content) => {
        if (name.endsWith('.wasm')) bytes = content;
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${stderr.toString().trim()}\nprogram not compiled: ${error.message}`);
  return bytes;
}

/** The module that holds a program. */
export const planProgramModule = (name, bytes) =>
  `/** ${SOURCES} in binary form, base64; a test builds it anew. Written by scripts/buildPlanPrograms.js. */\n` +
  `export const ${name} =\n  '${Buffer.from(bytes).toString('base64')}';\n`;
