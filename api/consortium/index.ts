/**
 * `npm run consortium`: four organisations on one machine, each with a node of its own, and the story of what they can do
 * together that none of them can undo alone. For trying things; all keys lie unencrypted in one folder.
 *
 * May import: `src`, `pki`, `api/client`, `api/ledger`, `api/network`, Node. Start reading at `consortium.ts`.
 */
export { type ConsortiumOptions, runConsortium } from './consortium.ts'
