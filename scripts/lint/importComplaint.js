import { builtinModules } from 'node:module';
import { posix } from 'node:path';

const ROOMS = ['kernels', 'src', 'components', 'tests'];
const ENDING = /\.(ts|js|svelte|json|css|md|wgsl|wasm)(\?[\w&=]+)?$/;
const DRAWING = /^(svelte|d3|d3-[\w-]+|@observablehq\/[\w-]+|@sveltejs\/[\w-]+)(\/|$)/;
const TFJS = /^@tensorflow\//;
const WHOLE_TFJS = /^@tensorflow\/tfjs(\/|$)/;

// Which of the two doors a room may come in by.
const DOORS = { kernels: [], src: ['#kernels'], components: ['#src'], tests: ['#src', '#kernels'] };
// Doors without a short name; only tests reach them, by path.
const DOORS_FOR_TESTS = ['components/index.ts', 'components/embed/index.ts', 'src/node/index.ts'];

const isBuiltin = (name) => name.startsWith('node:') || builtinModules.includes(name.split('/')[0]);
const inFolder = (path, folder) => path.startsWith(`${folder}/`);

function roomOf(path) {
  if (inFolder(path, 'tests/package/app')) return undefined; // a stranger's program, which knows the package by its name
  const [first] = path.split('/');
  return ROOMS.includes(first) ? first : undefined;
}

function relativeComplaint(file, room, specifier, isUrl) {
  const target = posix.join(posix.dirname(file), specifier.split('?')[0]);
  const targetRoom = roomOf(target);
  if (!isUrl && !ENDING.test(specifier)) return 'a relative import names the file with its ending';
  if (targetRoom === 'tests' && room !== 'tests') return 'nothing imports tests';
  if (room === undefined) return undefined; // scripts and configuration stand outside the house
  if (inFolder(target, 'src/node') && !inFolder(file, 'src/node') && room !== 'tests') {
    return 'src/node is for Node alone; nothing that reaches the page imports it';
  }
  if (targetRoom === room) return undefined;
  if (room !== 'tests') return `a relative path stays inside ${room}; between rooms use #kernels or #src`;
  const isOpen = targetRoom === undefined || inFolder(file, 'tests/support') || DOORS_FOR_TESTS.includes(target);
  return isOpen ? undefined : 'tests come in by the doors: #src, #kernels, components/index.ts';
}

function packageComplaint(file, room, specifier) {
  if (specifier === 'neuroloupe' || specifier.startsWith('neuroloupe/')) return 'the package does not import itself';
  if (room === 'tests') return undefined;
  if (isBuiltin(specifier) && !inFolder(file, 'src/node')) return 'Node modules are for src/node alone';
  if (room === 'components')
    return TFJS.test(specifier) ? 'components draw records; tensors stay behind #src' : undefined;
  if (DRAWING.test(specifier)) return `${room} computes and never draws: no Svelte, no d3, no Plot`;
  if (WHOLE_TFJS.test(specifier) && file !== 'src/interop/fromLayersModel.ts') {
    return '@tensorflow/tfjs weighs 284 kB; import @tensorflow/tfjs-core, or come by src/interop/fromLayersModel.ts';
  }
  return undefined;
}

/**
 * What is wrong with importing `specifier` from `file` (a path from the repository's top, with slashes), or undefined.
 * The rooms are `kernels <- src <- components`; tests come in by the doors; nothing imports tests. `isUrl` marks
 * `new URL(specifier, import.meta.url)`, which may name a folder.
 */
export function importComplaint(file, specifier, { isUrl = false } = {}) {
  const room = roomOf(file);
  if (/^\.{1,2}(\/|$)/.test(specifier)) return relativeComplaint(file, room, specifier, isUrl);
  if (isUrl || room === undefined) return undefined;
  if (/^([a-z]+:)?\//i.test(specifier))
    return 'no absolute paths and no addresses; the page loads nothing from outside';
  if (!specifier.startsWith('#')) return packageComplaint(file, room, specifier);
  if (DOORS[room].includes(specifier)) return undefined;
  const open = DOORS[room].length > 0 ? DOORS[room].join(' and ') : 'none';
  return `${specifier} is not open to ${room}; open doors: ${open}`;
}
