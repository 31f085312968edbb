/**
 * Governance in JSON: the operations that a proposal carries, what is in force, and how two heights differ. The server
 * shows it; the command line reads and makes it, by the schemas of its own modules.
 *
 * May import: `src` and the protocols beside this folder. Start reading at `operation.ts`, then `in-force.ts`.
 */
export { type Difference, differences } from './differences.ts'
export { InForceView, inForceView } from './in-force.ts'
export { decisionNames, knownModules, operationFrom, operationView, ShownOperation } from './operation.ts'
