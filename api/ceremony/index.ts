/**
 * The ceremony with which a network of several organisations begins: each makes its keys and a signed join file, anyone
 * assembles the same genesis from the files, each makes a folder ready for its node. No secret leaves its folder.
 *
 * May import: `src`, `api/client`, `api/protocols.ts`, TypeBox, Node. Start reading at `join-file.ts`, then `assemble.ts`,
 * then `init-node.ts`.
 */
export { assembleNetwork, decodeNetwork, encodeNetwork, type Network, type Peer, requirePast } from './assemble.ts'
export { networkError } from './errors.ts'
export { type Home, homeOf, keyFileOf, runningIn, takeHome } from './home.ts'
export { type InitialisedNode, initNode, type NodeOrder, writeGenesis } from './init-node.ts'
export { type JoinOrder, joinNetwork } from './join.ts'
export {
  decodeJoin,
  type Join,
  type JoinTerms,
  joinMessage,
  keysOf,
  makeJoin,
  type NamedKey,
  verifyJoin,
} from './join-file.ts'
export { defaultPower, maximumJoinBytes, maximumJoins, maximumNetworkBytes, smallestConsortium } from './limits.ts'
export { type NodeSettings, openSettings, readSettings, splitAddress, writeSettings } from './settings.ts'
