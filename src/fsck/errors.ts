import { defineErrors } from '../errors/index.ts'

/** What a check at the start, a backup and a restoration refuse. Numbers 980-999. */
export const fsckError = defineErrors('fsck', {
  'root-differs': {
    number: 980,
    status: 500,
    message: 'the pages of the state trees have root {found}, but the newest block left {expected}',
    remedy: 'Run `commonroot fsck --repair`: pages are rebuilt from the records.',
  },
  'block-damaged': {
    number: 981,
    status: 500,
    message: 'the newest block, {height}, is damaged: {reason}',
    remedy: 'Run `commonroot fsck`; restore a backup, or take the data from another node.',
  },
  'record-differs': {
    number: 982,
    status: 500,
    message: 'the record {key} is not what the state tree says',
    remedy: 'Run `commonroot fsck --repair`; what it can not mend comes from a backup or from another node.',
  },
  'backup-form': {
    number: 983,
    status: 400,
    message: 'the file is no backup that this program reads: {reason}',
    remedy: 'Use a file that `commonroot backup` of this release wrote, whole.',
  },
  'backup-damaged': {
    number: 984,
    status: 400,
    message: 'the backup is damaged: its content does not have the checksum at its end',
    remedy: 'Use another copy of the backup. Nothing was written to the database.',
  },
  'other-chain': {
    number: 985,
    status: 409,
    message: 'the backup is of chain {found}, this is chain {expected}',
    remedy: 'Restore it where the genesis of its chain is.',
  },
  'not-empty': {
    number: 986,
    status: 409,
    message: 'the database already holds chain {chain} up to height {height}',
    remedy: 'Restore into an empty database, or drop the schema of the chain first.',
  },
  'nothing-stored': {
    number: 987,
    status: 409,
    message: 'the database holds no block of chain {chain}',
    remedy: 'Check the data folder and DATABASE_URL; start the node once.',
  },
  'archive-incomplete': {
    number: 988,
    status: 409,
    message: 'of the archive files that the backup names, {count} are missing or others; the first is {first}',
    remedy: 'Copy the archive folder of the node that was backed up into the data folder first.',
  },
})
