import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { channelsFirst } from './benchLayout.js';
import { UNITS } from './benchUnits.js';

/** Whether torch is there, without the seconds that importing it takes. */
const FIND = 'import importlib.util as u, sys; sys.exit(u.find_spec("torch") is None)';

/** $PYTHON, or the first python3 on PATH, that can import torch. */
function findPython() {
  const { PYTHON, PATH = '' } = process.env;
  const places = PYTHON ? [PYTHON] : PATH.split(delimiter).map((folder) => join(folder, 'python3'));
  return places.find((path) => spawnSync(path, ['-c', FIND], { stdio: 'ignore' }).status === 0);
}

const inBase64 = (values) => Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');

/** The unit as the script reads it. */
function described(name) {
  const unit = UNITS.find((one) => one.name === name);
  const { nodes, weights, inputs, labels, shape } = channelsFirst(unit);
  return {
    nodes,
    weights: Object.fromEntries(Object.entries(weights).map(([key, values]) => [key, inBase64(values)])),
    inputs: inBase64(inputs),
    labels: Array.from(labels),
    shape: [unit.batch, ...shape],
    explains: Boolean(unit.explains),
  };
}

/** Starts PyTorch: `ask` takes the messages of benchRunner.js; undefined where there is none. */
export function startTorch() {
  const python = findPython();
  if (!python) return undefined;
  // The script comes first on stdin, then a message per line.
  const child = spawn(python, ['-c', 'import sys, json; exec(json.loads(sys.stdin.readline()))'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const script = readFileSync(new URL('./benchTorch.py', import.meta.url), 'utf8');
  child.stdin.write(`${JSON.stringify(script)}\n`);
  const lines = createInterface({ input: child.stdout });
  return {
    ask: (message) =>
      new Promise((resolve) => {
        const died = (code) => resolve({ reason: `python ended with code ${code}` });
        child.once('exit', died);
        lines.once('line', (line) => {
          child.off('exit', died);
          resolve(JSON.parse(line));
        });
        const unit = message.unit && described(message.unit);
        child.stdin.write(`${JSON.stringify({ ...message, unit })}\n`);
      }),
    kill: () => child.kill(),
  };
}
