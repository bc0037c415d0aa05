import { spawn } from 'node:child_process';

/** The command that opens an address in the person's browser, or undefined where there is no screen to open it on. */
export function openCommand(address, { platform, env }) {
  if (env.CI) return undefined;
  if (platform === 'darwin') return ['open', address];
  // `start` belongs to cmd; its first quoted word is a window title, and & would end the command.
  if (platform === 'win32') return ['cmd', '/c', 'start', '""', address.replaceAll('&', '^&')];
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open', address] : undefined;
}

/** Opens the address where there is a browser. Failing to is no error: the address has been printed. */
export function openPage(address) {
  const command = openCommand(address, { platform: process.platform, env: process.env });
  if (!command) return;
  const options = { stdio: 'ignore', detached: true, windowsVerbatimArguments: true };
  spawn(command[0], command.slice(1), options)
    .on('error', () => {})
    .unref();
}
