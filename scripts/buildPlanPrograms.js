import { writeFileSync } from 'node:fs';
import { compilePlanProgram, PLAN_PROGRAMS, planProgramModule } from './planPrograms.js';
import { root } from './root.js';

for (const [name, options] of Object.entries(PLAN_PROGRAMS)) {
  const bytes = await compilePlanProgram(options);
  writeFileSync(`${root}/kernels/wasm/${name}.ts`, planProgramModule(name, bytes));
  console.log(`kernels/wasm/assembly -> kernels/wasm/${name}.ts, ${bytes.length} bytes`);
}
