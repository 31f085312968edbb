/** CometBFT's `config.toml`, written by us at each start: only what differs from its defaults, and why. */

import { type StateSyncSettings, stateSyncSection } from './state-sync.ts'

export type NodeSettings = {
  /** The ABCI socket in CometBFT's notation. */
  readonly applicationAddress: string
  /** Where the node's RPC listens, in CometBFT's notation: a UNIX socket has no port, so nobody else can reach it. */
  readonly rpcAddress: string
  /** `host:port` for other validators. */
  readonly listen: string
  /** `host:port` under which others reach it, if that differs. */
  readonly externalAddress?: string
  /** `node-id@host:port` of validators to stay connected to. */
  readonly peers: readonly string[]
  readonly moniker: string
  /** Milliseconds between blocks of an idle chain. */
  readonly idleInterval: number
  /** Milliseconds that a proposer has; raise it for large blocks over slow lines. */
  readonly proposalTimeout: number
  /** Several validators on one host, which only tests and the sandbox have. */
  readonly oneHost: boolean
  /** Begin with a snapshot of other nodes, in a home without blocks. */
  readonly stateSync?: StateSyncSettings
}

type Setting = string | number | boolean
type Section = Readonly<Record<string, Setting>>

/** Largest transaction in the mempool, CometBFT's default; the application's own limit is below it. */
const maximumTransactionBytes = 4 * 1024 * 1024

/** Base64 makes a transaction a third larger in a request. */
const maximumRequestBytes = 6_000_000

/** Bytes per second and peer: the default of 5 MB/s would be the narrowest place of all. */
const peerRate = 100 * 1024 * 1024

export function configurationText(settings: NodeSettings): string {
  const sections: Readonly<Record<string, Section>> = {
    rpc: {
      laddr: settings.rpcAddress,
      pprof_laddr: '',
      max_body_bytes: maximumRequestBytes,
    },
    p2p: {
      laddr: `tcp://${settings.listen}`,
      external_address: settings.externalAddress ?? '',
      persistent_peers: settings.peers.join(','),
      // However many strangers connect, those that are named find room.
      unconditional_peer_ids: settings.peers.map((peer) => peer.split('@', 1)[0]).join(','),
      // Members are named in the configuration: nobody learns addresses from strangers.
      pex: false,
      addr_book_strict: !settings.oneHost,
      allow_duplicate_ip: settings.oneHost,
      send_rate: peerRate,
      recv_rate: peerRate,
      max_packet_msg_payload_size: 16_384,
      flush_throttle_timeout: '2ms',
    },
    mempool: {
      // The type "app" never wakes an idle chain and gossips each transaction once, with losses.
      type: 'flood',
      broadcast: true,
      // A recheck would send every waiting transaction to the application again after each block.
      recheck: false,
      max_tx_bytes: maximumTransactionBytes,
    },
    consensus: {
      timeout_propose: `${settings.proposalTimeout}ms`,
      timeout_commit: '200ms',
      peer_gossip_sleep_duration: '10ms',
      create_empty_blocks: false,
      create_empty_blocks_interval: `${settings.idleInterval}ms`,
    },
    statesync: stateSyncSection(settings.stateSync),
    tx_index: { indexer: 'null' },
    instrumentation: { prometheus: false },
  }
  const top: Section = {
    proxy_app: settings.applicationAddress,
    abci: 'socket',
    moniker: settings.moniker,
    log_level: 'info',
    log_format: 'json',
    filter_peers: false,
  }
  return [lines(top), ...Object.entries(sections).map(([name, section]) => `[${name}]\n${lines(section)}`)].join('\n')
}

function lines(section: Section): string {
  return Object.entries(section)
    .map(([name, value]) => `${name} = ${typeof value === 'string' ? tomlText(value) : value}\n`)
    .join('')
}

/** A TOML basic string has JSON's escapes; control characters have no place in an address or a path. */
function tomlText(text: string): string {
  if (/\p{Cc}/u.test(text)) throw new TypeError('a setting of CometBFT has a control character')
  return JSON.stringify(text)
}
