/** CometBFT's home folder: keys, signing state, genesis and configuration, in the places where it looks for them. */
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { concat, equalBytes, Fields, type PublicKey, toHex, utf8 } from '../../codec/index.ts'
import { ed25519Spki } from '../../crypto/index.ts'
import { durably, replaceFile } from '../../durable/index.ts'
import { validatorAddress } from '../../light/index.ts'
import { engineError } from '../errors.ts'
import type { GenesisInput } from '../port.ts'
import { configurationText, type NodeSettings } from './configuration.ts'
import { genesisDocument } from './genesis.ts'

export type NodeIdentity = {
  readonly validator: PublicKey
  /** The key under which the node speaks to its peers. */
  readonly node: PublicKey
  /** What stands before the `@` in a peer's address: the address of `node`. */
  readonly nodeId: string
}

const publicKeyType = 'tendermint/PubKeyEd25519'
const privateKeyType = 'tendermint/PrivKeyEd25519'
const rawKeyLength = 32
const privateKeyLength = 64
const ownerOnlyFolder = 0o700
const base64url = { alphabet: 'base64url' } as const

function pathsOf(home: string) {
  return {
    configuration: join(home, 'config', 'config.toml'),
    genesis: join(home, 'config', 'genesis.json'),
    validatorKey: join(home, 'config', 'priv_validator_key.json'),
    nodeKey: join(home, 'config', 'node_key.json'),
    signingState: join(home, 'data', 'priv_validator_state.json'),
  }
}

/**
 * The identity of a home folder; keys are made when the folder is new. The signing state is made together with the
 * validator's key and never again: without it the validator could sign a height twice.
 * @throws engine.home-damaged
 */
export async function prepareIdentity(home: string): Promise<NodeIdentity> {
  const paths = pathsOf(home)
  await mkdir(join(home, 'config'), { recursive: true, mode: ownerOnlyFolder })
  await mkdir(join(home, 'data'), { recursive: true, mode: ownerOnlyFolder })
  const [existingKey, existingState] = await Promise.all([read(paths.validatorKey), read(paths.signingState)])
  if (existingKey !== undefined && existingState === undefined) {
    throw engineError('home-damaged', { file: paths.signingState, reason: 'is missing although the key exists' })
  }
  if (existingKey === undefined) {
    // State first: a crash in between leaves a state without key, which is no danger; the other order would be.
    if (existingState === undefined) {
      const unused = json({ height: '0', round: 0, step: 0 })
      await durably('home.signing-state', () => replaceFile(paths.signingState, unused))
    }
    // A state without its key is harmless only if nothing was ever signed.
    else parse(paths.signingState, existingState).integer('height', 0n, 0n)
    await durably('home.validator-key', () => replaceFile(paths.validatorKey, newValidatorKey()))
  }
  if ((await read(paths.nodeKey)) === undefined) {
    const key = json({ priv_key: { type: privateKeyType, value: newPrivateKey().toBase64() } })
    await durably('home.node-key', () => replaceFile(paths.nodeKey, key))
  }
  const node = ed25519Spki((await readPrivateKey(paths.nodeKey)).subarray(rawKeyLength))
  return { validator: await readValidatorKey(paths.validatorKey), node, nodeId: nodeIdOf(node) }
}

/** What CometBFT calls a node by the key under which it speaks to its peers. */
export function nodeIdOf(node: PublicKey): string {
  return toHex(validatorAddress(node))
}

/**
 * Signs a message with both keys of a home, to show that they are its owner's. No vote reads like the message: it begins
 * with bytes that no vote begins with, which the caller sees to.
 * @throws engine.home-damaged
 */
export async function signAsIdentity(
  home: string,
  message: Uint8Array,
): Promise<{ readonly validator: Uint8Array; readonly node: Uint8Array }> {
  const { validatorKey, nodeKey } = pathsOf(home)
  return {
    validator: signEd25519(await readPrivateKey(validatorKey), message),
    node: signEd25519(await readPrivateKey(nodeKey), message),
  }
}

function signEd25519(key: Uint8Array, message: Uint8Array): Uint8Array {
  const [d, x] = [key.subarray(0, rawKeyLength), key.subarray(rawKeyLength)].map((part) =>
    part.toBase64({ ...base64url, omitPadding: true }),
  )
  const jwk = { kty: 'OKP', crv: 'Ed25519', d: d ?? '', x: x ?? '' }
  return new Uint8Array(sign(null, message, createPrivateKey({ key: jwk, format: 'jwk' })))
}

/**
 * Signs something that is no vote with the validator's key: that it is its owner's, when it is registered. Whatever is
 * signed here must not be readable as a vote; a CBOR array is not, since the bytes of a vote begin with their length.
 * @throws engine.home-damaged
 */
export async function signWithValidatorKey(home: string, message: Uint8Array): Promise<Uint8Array> {
  const path = pathsOf(home).validatorKey
  const bytes = decodeKey(path, (await fieldsOf(path)).record('priv_key').text('value'), privateKeyLength)
  const part = (from: number) => bytes.subarray(from, from + rawKeyLength).toBase64({ ...base64url, omitPadding: true })
  const key = createPrivateKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', d: part(0), x: part(rawKeyLength) },
  })
  return new Uint8Array(sign(null, message, key))
}

/** The newest height that the validator of a home has signed for. @throws engine.home-damaged */
export async function readSigningState(home: string): Promise<bigint> {
  const { signingState } = pathsOf(home)
  return (await fieldsOf(signingState)).integer('height', 0n, 2n ** 63n - 1n)
}

/**
 * Writes genesis (once) and configuration (each time).
 * @throws engine.home-foreign when the folder has another genesis, engine.genesis-unfit
 */
export async function prepareHome(home: string, genesis: GenesisInput, settings: NodeSettings): Promise<void> {
  const paths = pathsOf(home)
  const document = utf8(genesisDocument(genesis))
  const existing = await read(paths.genesis)
  if (existing === undefined) await durably('home.genesis', () => replaceFile(paths.genesis, document))
  else if (!equalBytes(existing, document)) throw engineError('home-foreign')
  const configuration = utf8(configurationText(settings))
  await durably('home.configuration', () => replaceFile(paths.configuration, configuration))
}

async function read(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function json(value: object): Uint8Array {
  return utf8(`${JSON.stringify(value, undefined, 2)}\n`)
}

/** Go's form of an Ed25519 private key: seed, then public key. */
function newPrivateKey(): Uint8Array {
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  if (d === undefined || x === undefined) throw new TypeError('an Ed25519 key has two parts')
  return concat(Uint8Array.fromBase64(d, base64url), Uint8Array.fromBase64(x, base64url))
}

function newValidatorKey(): Uint8Array {
  const privateKey = newPrivateKey()
  const raw = privateKey.subarray(rawKeyLength)
  return json({
    address: toHex(validatorAddress(ed25519Spki(raw))).toUpperCase(),
    pub_key: { type: publicKeyType, value: raw.toBase64() },
    priv_key: { type: privateKeyType, value: privateKey.toBase64() },
  })
}

async function readValidatorKey(path: string): Promise<PublicKey> {
  const file = await fieldsOf(path)
  return ed25519Spki(decodeKey(path, file.record('pub_key').text('value'), rawKeyLength))
}

/** Seed, then public key. */
async function readPrivateKey(path: string): Promise<Uint8Array> {
  const file = await fieldsOf(path)
  return decodeKey(path, file.record('priv_key').text('value'), privateKeyLength)
}

async function fieldsOf(path: string): Promise<Fields> {
  return parse(path, (await read(path)) ?? new Uint8Array(0))
}

function parse(path: string, bytes: Uint8Array): Fields {
  const complain = (place: string, expected: string, cause?: unknown) =>
    engineError('home-damaged', { file: path, reason: `has at ${place} not ${expected}` }, cause)
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw complain('$', 'JSON', cause)
  }
  return new Fields(value, '$', complain)
}

function decodeKey(path: string, text: string, length: number): Uint8Array {
  const bytes = Uint8Array.fromBase64(text)
  if (bytes.length !== length) throw engineError('home-damaged', { file: path, reason: 'has no Ed25519 key' })
  return bytes
}
