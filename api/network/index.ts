/**
 * Nodes of a network, running: one organisation's own, or for trying out all of them on one machine, a process each.
 *
 * May import: `src`, `api/client`, `api/ceremony`, `api/ledger`, TypeBox, Node. Start reading at `node.ts`, then
 * `local-network.ts` and `run-local.ts`.
 */
export {
  initLocalNetwork,
  type LocalNetwork,
  localNetworkOf,
  openLocalNetwork,
  removeLocalNetwork,
} from './local-network.ts'
export { type NodeOptions, type RunningNode, startNode } from './node.ts'
export { NodeProcess } from './node-process.ts'
export { madeUpOrganisations, type OrganisationEntry, readOrganisations } from './organisations.ts'
export { databaseOf, type LocalRun, runLocalNetwork } from './run-local.ts'
