import { defineErrors } from '../errors/index.ts'

/** What the store refuses. Numbers 900-949. */
export const storeError = defineErrors('store', {
  'not-next': {
    number: 900,
    status: 409,
    message: 'block {height} does not follow the stored head {head}',
    remedy: 'Read the head again; write the block after it.',
  },
  'height-gone': {
    number: 901,
    status: 410,
    message:
      'the state at height {height} is not kept any more: the head is {head}, and {window} heights back are kept',
    remedy: 'Read at a newer height.',
  },
  'height-ahead': {
    number: 902,
    status: 409,
    message: 'height {height} is not stored yet: the head is {head}',
    remedy: 'Wait for the block, or read at the head.',
  },
  'in-use': {
    number: 903,
    status: 409,
    message: 'another process has the store of chain {chain} open',
    remedy: 'Stop the other node; two nodes never share a database schema.',
  },
  unavailable: {
    number: 904,
    status: 503,
    message: 'Postgres does not answer: {reason}',
    remedy:
      'See whether the server runs and has disk space. After a failed write, read the head: it may have got through.',
  },
  'format-newer': {
    number: 905,
    status: 500,
    message: 'the store of chain {chain} has data format {found}, and this program knows formats up to {known}',
    remedy: 'Run the release that wrote it, or a newer one.',
  },
  'duplicate-transaction': {
    number: 906,
    status: 409,
    message: 'block {height} holds a transaction that is stored already',
    remedy: 'Leave executed transactions out of the block.',
  },
  'view-closed': {
    number: 907,
    status: 503,
    message: 'the view at height {height} is closed; views end by themselves after {seconds} s',
    remedy: 'Take a new view.',
  },
  corrupt: {
    number: 908,
    status: 500,
    message: 'the stored blob {digest} has other content than its digest says',
    remedy: 'The database was changed from outside: restore it, or fetch the blob from another node.',
  },
  'not-durable': {
    number: 909,
    status: 500,
    message: 'the Postgres server runs with {setting} = off and would lose blocks in a power cut',
    remedy: 'Turn the setting on in postgresql.conf.',
  },
  refused: {
    number: 910,
    status: 500,
    message: 'Postgres refuses: {reason} (SQLSTATE {state})',
    remedy: 'See the code in the appendix "PostgreSQL Error Codes" of its manual.',
  },
  'connection-url': {
    number: 911,
    status: 400,
    message: 'the database URL is not of the form postgresql://user:password@host:port/database',
    remedy: 'For a Unix socket write postgresql:///database?host=/folder&user=name.',
  },
  busy: {
    number: 912,
    status: 503,
    message: 'all {limit} views are in use, and none came free within {seconds} s',
    remedy: 'Try again later; close views as soon as they are read.',
  },
  'before-images': {
    number: 913,
    status: 500,
    message: 'the stored before-images of block {height} are damaged',
    remedy: 'The database was changed from outside. Read at the head; older heights come back with the next blocks.',
  },
  'other-before': {
    number: 914,
    status: 500,
    message: 'the store does not hold what block {height} found in {table}',
    remedy: 'The database was changed from outside: check it with fsck, or restore it.',
  },
  'archive-form': {
    number: 915,
    status: 500,
    message: 'the file is no archive that this program reads: {reason}',
    remedy: 'Use a file that this release or an older one wrote, whole.',
  },
  'archive-missing': {
    number: 916,
    status: 500,
    message: 'the archive file {file} is missing',
    remedy: 'Copy it back from a backup of the archive folder; run `commonroot fsck`.',
  },
  'archive-damaged': {
    number: 917,
    status: 500,
    message: 'the archive file {file} is damaged: {reason}',
    remedy:
      'Run `commonroot fsck --repair`: it mends one flipped bit in each part; else copy the file back from a backup.',
  },
  'archive-unreadable': {
    number: 918,
    status: 503,
    message: 'the archive {file} can not be read: {reason}',
    remedy: 'See whether the disk works and the node may read the file.',
  },
  'archive-unwritable': {
    number: 919,
    status: 503,
    message: 'the archive {file} can not be written: {reason}',
    remedy: 'See whether the disk works and has space; nothing was taken out of the database.',
  },
  'archive-folder': {
    number: 920,
    status: 500,
    message: 'block {height} is archived, and the store was opened without an archive folder',
    remedy: 'Open the store with the folder of its archive files.',
  },
  'archive-busy': {
    number: 921,
    status: 409,
    message: 'another process is archiving blocks of chain {chain}',
    remedy: 'Wait until it is done.',
  },
  'archive-refused': {
    number: 922,
    status: 500,
    message: 'block {height} is not archived: {reason}',
    remedy: 'Run `commonroot fsck --repair`. It stays in the database with those after it.',
  },
  'archive-differs': {
    number: 923,
    status: 500,
    message: 'the archive file {file} was read back with other content than was written',
    remedy: 'See whether the disk works; nothing was taken out of the database.',
  },
  'archive-keep': {
    number: 924,
    status: 400,
    message: 'at least the newest {minimum} blocks stay in the database',
    remedy: 'Keep that many or more.',
  },
  'copy-form': {
    number: 925,
    status: 500,
    message: 'Postgres sends rows in a form that this program does not read: {reason}',
    remedy: 'See whether something stands between this program and the server; report it if not.',
  },
  'blocks-stored': {
    number: 929,
    status: 409,
    message: 'the database already holds blocks up to height {height}',
    remedy: 'Import into an empty database, or drop the schema of the chain first.',
  },
})
