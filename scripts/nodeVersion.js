// Written for any Node that knows ES modules, because its one task is to speak up on an old one.

/** One line on why this Node cannot run the project, or undefined when it can. The bounds are those of Vite 8. */
export function oldNodeComplaint(version) {
  const [major, minor] = version.split('.').map(Number);
  const isNewEnough = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  if (isNewEnough) return undefined;
  return `Node.js too old: ${version}; install 20.19 or a later 20, or 22.12 or later`;
}

/** Ends the program with one line when Node is too old. */
export function refuseOldNode() {
  const complaint = oldNodeComplaint(process.versions.node);
  if (complaint === undefined) return;
  console.error(complaint);
  process.exit(1);
}
