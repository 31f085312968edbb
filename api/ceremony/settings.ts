/** How a node runs, as its owner may change it: `node.json` in its folder. */

import { existsSync } from 'node:fs'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { readBounded, writeWhole } from '../client/index.ts'
import { networkError } from './errors.ts'
import type { Home } from './home.ts'
import { addressPattern } from './join-file.ts'
import { maximumSettingsBytes } from './limits.ts'

/** What the file says it is. A release that reads others has another number. */
const kind = 'commonroot-node'
const format = 1

/** `host:port`; port 0 lets the system choose, which a node that others look for can not use. */
const Listen = Type.String({ pattern: addressPattern.replace('[1-9][0-9]{0,4}', '(0|[1-9][0-9]{0,4})') })

const AbciAddress = Type.String({
  pattern: '^(unix:///[^\\u0000-\\u001f]{1,100}|tcp://[0-9a-z.:\\[\\]-]+:[1-9][0-9]{0,4})$',
})

export const NodeSettings = Type.Object(
  {
    kind: Type.Literal(kind),
    format: Type.Literal(format),
    /** Whose node it is; null for an observer of nobody in particular. */
    organisation: Type.Union([Type.String({ maxLength: 32 }), Type.Null()]),
    /** Where the HTTP interface listens. */
    http: Listen,
    /** Where other nodes connect. */
    listen: Listen,
    /** Where others reach it, if that differs. */
    externalAddress: Type.Optional(Type.String({ pattern: addressPattern })),
    /** `id@host:port` of nodes to stay connected to. */
    peers: Type.Array(Type.String({ pattern: `^[0-9a-f]{40}@${addressPattern.slice(1)}`, maxLength: 320 }), {
      maxItems: 200,
    }),
    /** For trying out: several nodes on one machine, over the embedded Postgres. */
    trial: Type.Boolean(),
    /** Milliseconds that a proposer has: more for large blocks over slow lines. */
    proposalTimeout: Type.Optional(Type.Integer({ minimum: 100, maximum: 60_000 })),
    /** CometBFT is somebody else's child: where it finds the application, and where its RPC answers. */
    external: Type.Optional(
      Type.Object({ application: AbciAddress, rpc: AbciAddress }, { additionalProperties: false }),
    ),
  },
  { additionalProperties: false },
)
export type NodeSettings = Static<typeof NodeSettings>

/** What a caller decides; the rest says what the file is. */
export type ChosenSettings = Omit<NodeSettings, 'kind' | 'format'>

/** @throws network.settings-malformed, cli.unwritable */
export async function writeSettings({ settings: path }: Home, chosen: ChosenSettings): Promise<void> {
  const settings = checked(path, { kind, format, ...chosen })
  await writeWhole(path, `${JSON.stringify(settings, null, 2)}\n`, 'owner')
}

/** @throws network.settings-malformed, cli.unreadable */
export async function readSettings({ settings: path }: Home): Promise<NodeSettings> {
  const text = new TextDecoder().decode(await readBounded(path, maximumSettingsBytes))
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw networkError('settings-malformed', { file: path, reason: 'it is no JSON' }, cause)
  }
  return checked(path, value)
}

/** The settings of a folder that was made for a node. @throws network.not-a-home, network.settings-malformed */
export async function openSettings(home: Home): Promise<NodeSettings> {
  if (existsSync(home.settings)) return readSettings(home)
  throw networkError('not-a-home', { folder: home.folder, kind: 'folder of a node', mark: 'node.json' })
}

/** Splits `host:port`. */
export function splitAddress(address: string): { readonly host: string; readonly port: number } {
  const at = address.lastIndexOf(':')
  return { host: address.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(address.slice(at + 1)) }
}

function checked(path: string, value: unknown): NodeSettings {
  if (Value.Check(NodeSettings, value)) return value
  const [first] = Value.Errors(NodeSettings, value)
  const reason = `${first?.instancePath || 'it'} ${first?.message ?? 'has another form'}`
  throw networkError('settings-malformed', { file: path, reason })
}
