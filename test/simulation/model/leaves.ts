/** The model's state as leaves and index entries, byte by byte as docs/reference/state-as-bytes.md says. */
import { cbor, type Plain } from './cbor.ts'
import {
  type Certificate,
  type MassRevocation,
  type Member,
  type Parameter,
  presentState,
  type Recent,
  type Standing,
  type State,
  type Waiting,
} from './state.ts'
import { digest, type Leaf, leaf, type TreeName } from './tree.ts'

export function leavesOf(state: State): readonly Leaf[] {
  return [
    ...each(state.members.values(), memberLeaf),
    ...each(state.keyOwners.values(), keyOwnerLeaf),
    ...each(state.standings.values(), standingLeaf),
    ...each(state.certificates.values(), certificateLeaf),
    ...each(state.parameters.values(), parameterLeaf),
    ...each(state.waiting.values(), waitingLeaf),
    ...each(state.recent.values(), recentLeaf),
    withdrawnLeaf(state),
    protocolLeaf(state),
    ...counterLeaves(state),
  ]
}

/** Unique indexes, key to record key, both in hexadecimal. */
export function indexesOf(state: State): ReadonlyMap<string, string> {
  const entries = new Map<string, string>()
  for (const certificate of state.certificates.values()) {
    const { key } = memorised(certificate, certificateLeaf)
    entries.set(indexKey('pki', 'certificates', 'key', Buffer.from(certificate.key, 'hex')), key)
    if (presentState(certificate) === 'revoked') continue
    const device = Buffer.concat([prefixed(certificate.manufacturer), Buffer.from(certificate.serial)])
    entries.set(indexKey('pki', 'certificates', 'device', device), key)
  }
  for (const waiting of state.waiting.values()) {
    entries.set(indexKey('kernel', 'due-work', 'handler', handlerKey(waiting)), memorised(waiting, waitingLeaf).key)
  }
  return entries
}

/** The bytes of a member's standing as a leaf's value has them. */
export function standingBytes(standing: Standing): Buffer {
  const states = standing.states.map(({ state, height, time }) => [state, height, time])
  const facts = standing.facts.map(({ height, time, revocation }) => ['pki', height, time, revocationBytes(revocation)])
  return plain([standing.member, states, facts])
}

/** A mass revocation as a fact's content, and as an event tells it. */
export function revocationBytes({ reason, model, batch, firmwareBelow, serials }: MassRevocation): Buffer {
  const range = serials === undefined ? null : [serials.from, serials.to]
  return cbor([reason, model ?? null, batch ?? null, firmwareBelow ?? null, range])
}

function memberLeaf({ id, name, roles, keys }: Member): Leaf {
  const purposes = keys.map((entry) => ({
    purpose: entry.purpose,
    threshold: entry.threshold,
    keys: entry.keys.map(({ algorithm, spki }) => ({ algorithm, spki })),
  }))
  return record('records', 'governance', 'members', Buffer.from(id), [id, name, roles, purposes])
}

function keyOwnerLeaf(owner: { readonly digest: string; readonly member: string }): Leaf {
  const key = Buffer.from(owner.digest, 'hex')
  return record('records', 'governance', 'member-keys', key, [key, owner.member])
}

function standingLeaf(standing: Standing): Leaf {
  return leaf('standing', recordKey('governance', 'standings', Buffer.from(standing.member)), standingBytes(standing))
}

function withdrawnLeaf({ withdrawn }: State): Leaf {
  const algorithms = withdrawn.map(({ algorithm, height, time }) => [algorithm, height, time])
  return record('standing', 'governance', 'withdrawn-algorithms', Buffer.alloc(0), [algorithms])
}

function protocolLeaf({ protocol: { version, next } }: State): Leaf {
  const row = [version, next === undefined ? null : [next.version, next.height]]
  return record('records', 'governance', 'protocol', Buffer.alloc(0), row)
}

function parameterLeaf({ module, name, value, height }: Parameter): Leaf {
  const key = Buffer.concat([prefixed(module), prefixed(name)])
  return record('records', 'governance', 'parameters', key, [module, name, cbor(value), height])
}

function certificateLeaf(certificate: Certificate): Leaf {
  const { manufacturer, serial, algorithm, model, batch, firmware } = certificate
  const [fingerprint, key] = [Buffer.from(certificate.fingerprint, 'hex'), Buffer.from(certificate.key, 'hex')]
  const states = certificate.states.map(({ state, reason, height, time }) => [state, reason ?? null, height, time])
  const row = [fingerprint, manufacturer, serial, key, algorithm, model, batch, firmware, states]
  return record('records', 'pki', 'certificates', fingerprint, row)
}

function waitingLeaf(waiting: Waiting): Leaf {
  const { at, module, name, value } = waiting
  const key = Buffer.concat([u64(at), handlerKey(waiting)])
  const ownKey = Buffer.concat([prefixed(module), prefixed(name)])
  const payload = cbor([module, name, cbor(value)])
  return record('records', 'kernel', 'due-work', key, [at, 'governance', 'apply-parameter', ownKey, payload])
}

function recentLeaf({ height, ids, validUntil }: Recent): Leaf {
  const sorted = ids.toSorted().map((id) => Buffer.from(id, 'hex'))
  return record('records', 'kernel', 'recent-transactions', u64(height), [height, digest(...sorted), validUntil])
}

function counterLeaves({ certificates }: State): readonly Leaf[] {
  const counts = new Map<string, bigint>()
  const count = (counter: string, group: string) => {
    const key = Buffer.concat([
      prefixed('pki'),
      prefixed('certificates'),
      Buffer.of(1),
      prefixed(counter),
      Buffer.from(group),
    ])
    counts.set(key.toString('hex'), (counts.get(key.toString('hex')) ?? 0n) + 1n)
  }
  for (const certificate of certificates.values()) {
    count('state', presentState(certificate))
    count('manufacturer', certificate.manufacturer)
  }
  return [...counts].map(([key, number]) =>
    leaf('records', Buffer.from(key, 'hex'), Buffer.concat([Buffer.of(0, 1), u64(number)])),
  )
}

/** Where a handler's work stands among what is due at one time. */
export function handlerKey({ module, name }: Pick<Waiting, 'module' | 'name'>): Buffer {
  return Buffer.concat(['governance', 'apply-parameter', module, name].map(prefixed))
}

function record(tree: TreeName, module: string, collection: string, key: Uint8Array, row: Plain): Leaf {
  return leaf(tree, recordKey(module, collection, key), plain(row))
}

export function recordKey(module: string, collection: string, key: Uint8Array): Buffer {
  return Buffer.concat([prefixed(module), prefixed(collection), Buffer.of(0), key])
}

function indexKey(module: string, collection: string, index: string, key: Uint8Array): string {
  return Buffer.concat([prefixed(module), prefixed(collection), prefixed(index), key]).toString('hex')
}

function plain(row: Plain): Buffer {
  return Buffer.concat([Buffer.of(0, 1), cbor(row)])
}

function prefixed(text: string): Buffer {
  return Buffer.concat([Buffer.of(Buffer.byteLength(text)), Buffer.from(text)])
}

export function u64(number: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(number)
  return bytes
}

const memory = new WeakMap<object, Leaf>()

/** Values are never changed in place: the leaf of one is made once. */
function memorised<Value extends object>(value: Value, make: (value: Value) => Leaf): Leaf {
  const known = memory.get(value)
  if (known !== undefined) return known
  const made = make(value)
  memory.set(value, made)
  return made
}

function each<Value extends object>(values: Iterable<Value>, make: (value: Value) => Leaf): readonly Leaf[] {
  return [...values].map((value) => memorised(value, make))
}
