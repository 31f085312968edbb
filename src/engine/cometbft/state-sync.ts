/** State sync of CometBFT: how a node without a history is told whom to believe, and where to ask. */
import { toHex } from '../../codec/index.ts'

/** A header that somebody vouches for, and the RPC servers from which a light client follows the chain on from it. */
export type StateSyncSettings = {
  /** `host:port`, or a URL such as `unix:///folder/socket`: at least two, of different operators. */
  readonly servers: readonly string[]
  readonly trustHeight: bigint
  /** Hash of the header of that height. */
  readonly trustHash: Uint8Array
  /** Milliseconds for which validators answer for what they signed. */
  readonly trustingPeriod: bigint
  /** Milliseconds to look for snapshots before the best one is taken, at least 5,000. */
  readonly discoveryTime?: number
}

type Section = Readonly<Record<string, string | number | boolean>>

/** As long as CometBFT's own least: whoever offers has done so by then. */
const leastDiscoveryTime = 5_000

/** Chunks that are fetched at the same time, from any peers that have them. */
const chunkFetchers = 4

/** Milliseconds before a chunk is asked for again, perhaps of somebody else: 12 MB at 1 MB/s, and twice that. */
const chunkRequestTimeout = 30_000

/** The section `statesync` of `config.toml`; CometBFT passes it over once it has blocks of its own. */
export function stateSyncSection(settings: StateSyncSettings | undefined): Section {
  if (settings === undefined) return { enable: false }
  const { servers, trustHeight, trustHash, trustingPeriod, discoveryTime = leastDiscoveryTime } = settings
  if (servers.length < 2) throw new TypeError('state sync needs two RPC servers')
  if (servers.some((server) => server.includes(','))) throw new TypeError('an RPC server has a comma in its address')
  return {
    enable: true,
    rpc_servers: servers.join(','),
    trust_height: Number(trustHeight),
    trust_hash: toHex(trustHash),
    trust_period: `${trustingPeriod}ms`,
    discovery_time: `${discoveryTime}ms`,
    chunk_request_timeout: `${chunkRequestTimeout}ms`,
    chunk_fetchers: String(chunkFetchers),
  }
}
