import { createServer as createNetServer } from 'node:net';
import { parseArgs } from 'node:util';
import { dataFiles } from './dataFiles.js';
import { dataServer } from './dataServer.js';
import { Failure, printError } from './failure.js';
import { installMissing } from './install.js';
import { openPage } from './openPage.js';
import { root } from './root.js';

const HOST = '127.0.0.1';
const USAGE = 'npm start -- [--port <number>] [--data <file or folder>] [--no-open]';

/** The command line as plain values: `{ port, data, isOpening }`. */
export function startOptions(args) {
  const options = {
    port: { type: 'string', default: '5173' },
    data: { type: 'string', multiple: true, default: [] },
    'no-open': { type: 'boolean', default: false },
  };
  let values;
  try {
    ({ values } = parseArgs({ args, options }));
  } catch (error) {
    throw new Failure(`bad command line: ${error.message.split('.')[0]}; use ${USAGE}`);
  }
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65535) {
    throw new Failure(`bad port: ${values.port}; use a whole number from 1 to 65535, or 0 for any free port`);
  }
  return { port, data: values.data, isOpening: !values['no-open'] };
}

/** Resolves when the port can be listened on; asked beforehand because Vite's own answer is a stack trace. */
export function checkPort(port) {
  return new Promise((resolve, reject) => {
    const probe = createNetServer();
    probe.once('error', ({ code }) => {
      const problem = code === 'EADDRINUSE' ? 'port in use' : `port not available (${code})`;
      const other = port > 1023 && port < 65535 ? port + 1 : 5173;
      reject(new Failure(`${problem}: ${port}; choose another with npm start -- --port ${other}`));
    });
    probe.listen(port, HOST, () => probe.close(() => resolve()));
  });
}

async function serve({ port, data, isOpening }) {
  const files = data.flatMap(dataFiles);
  await checkPort(port);
  await installMissing();
  const { createServer } = await import('vite');
  const server = await createServer({
    root,
    clearScreen: false,
    plugins: [dataServer(files)],
    server: { host: HOST, port, strictPort: true, open: false },
  });
  await server.listen();
  const { port: actual } = server.httpServer.address();
  const address = `http://${HOST}:${actual}/${files.length > 0 ? '?data=local' : ''}`;
  console.log(`NeuroLoupe is at ${address} (Ctrl+C ends it)`);
  process.once('SIGINT', () => server.close().then(() => process.exit(0)));
  if (isOpening) openPage(address);
}

/** `npm start`: installs what is missing, serves the site on this machine only and opens it. */
export async function startSite(args) {
  try {
    await serve(startOptions(args));
  } catch (error) {
    printError(error);
    process.exit(1);
  }
}
