/**
 * The command line: a client of the HTTP API, and the sandbox that starts a whole ledger.
 *
 * May import: the rest of `api`, `pki`, `src`, commander. Start reading at `program.ts` (the tree), then `frame.ts`
 * (from an outcome to an exit code), then `commands/certificate-publish.ts`.
 */
export { exitCode } from './exit-code.ts'
export { main } from './main.ts'
