const COLUMNS = [
  ['unit', 12, ({ unit }) => unit],
  ['engine', 12, ({ engine }) => engine],
  ['tier', 7, ({ tier }) => tier],
  ['where', 8, ({ where }) => where],
  ['fma', 5, ({ fma }) => (fma ? 'yes' : '')],
];
const NUMBERS = [
  ['median', 10, ({ ms }) => ms.median.toFixed(4)],
  ['min', 10, ({ ms }) => ms.min.toFixed(4)],
  ['p90', 10, ({ ms }) => ms.p90.toFixed(4)],
  ['× ours', 10, ({ ratioToOwn }) => (ratioToOwn === null ? '' : ratioToOwn.toFixed(2))],
  ['first', 9, ({ firstMs }) => firstMs.toFixed(1)],
  ['warm-up', 9, ({ warmupMs }) => warmupMs.toFixed(0)],
  ['max Δ', 9, ({ maxLossDifference }) => maxLossDifference?.toExponential(1) ?? ''],
];
const MEMORY = ['MiB', 8, ({ memoryMiB }) => memoryMiB.toFixed(0)];

const cells = (columns, row) => columns.map(([, width, text]) => text(row).padEnd(width)).join('');
const numbers = (columns, row) => columns.map(([, width, text]) => text(row).padStart(width)).join('');
const columnsOf = (grows) => (grows ? [...NUMBERS, MEMORY] : NUMBERS);

/** Names of the columns. */
export function headLine(grows) {
  const names = (columns, pad) => columns.map(([name, width]) => name[pad](width)).join('');
  return names(COLUMNS, 'padEnd') + names(columnsOf(grows), 'padStart');
}

/** A row in words; one without numbers says why. */
export function rowLine(row, grows) {
  const head = cells(COLUMNS, row);
  if (!row.ms) return `${head}  not measured: ${row.why}`;
  const words = [row.noisy ? 'noisy' : '', row.note ?? ''].filter(Boolean).join('; ');
  return `${head}${numbers(columnsOf(grows), row)}  ${words}`.trimEnd();
}
