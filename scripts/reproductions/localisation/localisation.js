import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../../root.js';
import { inProcesses } from '../inProcesses.js';
import { percent } from '../table.js';
import { picture } from './picture.js';
import { FACTORS, NET, RANKED_FACTOR } from './plan.js';
import { localisationLines, rankingLines } from './report.js';

const program = fileURLToPath(new URL('./child.js', import.meta.url));

/** Do maps lie where the class is decided, and does the concept ranking expose a net that reads the mark instead? */
export const localisation = { id: 'localisation', run };

async function run(libraryUrl, { seeds: count, pictures, out }) {
  const start = performance.now();
  const seeds = Array.from({ length: count }, (_, i) => i + 1);
  const jobs = seeds.flatMap((seed) => [
    ...FACTORS.map((factor) => ({ factor, correlation: 0, seed, pictures, isRanked: factor === RANKED_FACTOR })),
    { factor: RANKED_FACTOR, correlation: 1, seed, pictures, isRanked: true },
  ]);
  const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
  const made = `neuroloupe ${version}, node ${process.version}, tier wasm`;
  console.log(`${made}, ${cpus().length} x ${cpus()[0]?.model}`);
  console.log(`training ${jobs.length} nets (${NET} on concepts), seeds 1 to ${count}`);
  const results = await inProcesses(program, [libraryUrl], jobs, (result, done) => {
    const { factor, correlation, seed, step, accuracy } = result;
    const marks = correlation === 1 ? 'mark tells the class' : 'marks by chance';
    const learned = `${percent(accuracy, 1)} of held-out right after ${step} steps`;
    console.log(`  ${done} of ${jobs.length}: ${factor}, ${marks}, seed ${seed}: ${learned}`);
  });

  for (const line of localisationLines(results)) console.log(line);
  for (const line of rankingLines(results)) console.log(line);

  const folder = resolve(out);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'localisation.svg');
  writeFileSync(file, picture(results, made));
  console.log(`\npicture: ${relative(process.cwd(), file)}`);
  console.log(`took ${((performance.now() - start) / 60_000).toFixed(1)} minutes`);
}
