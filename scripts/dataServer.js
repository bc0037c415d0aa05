import { createReadStream, statSync } from 'node:fs';

const PREFIX = '/__data';
const LOCAL_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/**
 * True for a request that our own page or the person at this machine makes. Another site can reach a local port by a
 * name that resolves to it (the Host header tells) or straight from its page (Origin and Sec-Fetch-Site tell).
 */
export function isOwnRequest({ host, origin, 'sec-fetch-site': site }) {
  if (!LOCAL_HOST.test(host ?? '')) return false;
  if (origin !== undefined && origin !== `http://${host}`) return false;
  return site === undefined || site === 'same-origin' || site === 'none';
}

function refuse(response, status, message) {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${message}\n`);
}

function send(response, { status = 200, type, size, body }) {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': size,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  body(response);
}

function sendFile(request, response, { path }) {
  const now = statSync(path, { throwIfNoEntry: false });
  if (!now?.isFile()) return refuse(response, 404, 'file gone: it was there at the start; start again');
  const body = (out) => {
    if (request.method === 'HEAD') return out.end();
    const stream = createReadStream(path, { end: Math.max(0, now.size - 1) });
    // A file cut short while it is read must not pass for a whole one: the connection is dropped instead.
    stream.on('end', () => (stream.bytesRead === now.size ? out.end() : out.destroy()));
    stream.on('error', () => out.destroy());
    stream.pipe(out, { end: false });
  };
  send(response, { type: 'application/octet-stream', size: now.size, body });
}

/** Answers `/index.json` and `/<number>` under {@link PREFIX}. Files go by number, so no request can name a path. */
export function dataHandler(files) {
  const index = JSON.stringify(files.map(({ name, size }, n) => ({ name, size, url: `${PREFIX}/${n}` })));
  return (request, response) => {
    if (!isOwnRequest(request.headers)) return refuse(response, 403, 'refused: only the page on this machine may read');
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return refuse(response, 405, 'refused: only GET and HEAD');
    const [, wanted] = /^\/(index\.json|0|[1-9]\d{0,5})$/.exec(request.url.split('?')[0]) ?? [];
    if (wanted === 'index.json') {
      const body = (out) => out.end(request.method === 'HEAD' ? undefined : index);
      return send(response, { type: 'application/json', size: Buffer.byteLength(index), body });
    }
    const file = wanted === undefined ? undefined : files[Number(wanted)];
    if (!file) return refuse(response, 404, 'no such data file');
    sendFile(request, response, file);
  };
}

/** The Vite plugin that hands the named files, and nothing else, to the page. */
export function dataServer(files) {
  return {
    name: 'neuroloupe-data',
    configureServer(server) {
      server.middlewares.use(PREFIX, dataHandler(files));
    },
  };
}
