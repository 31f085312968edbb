/** The genesis of a sandbox: made once, then read. */
import { existsSync } from 'node:fs'
import { chainIdOf, Genesis } from '../../src/chain/index.ts'
import { decodeAs, encodeAs, toJson } from '../../src/codec/index.ts'
import { ed25519Raw, type KeyHolder } from '../../src/crypto/index.ts'
import { CommonrootError } from '../../src/errors/index.ts'
import { cliError, readBounded, writeWhole } from '../client/index.ts'
import { newestProtocol } from '../protocols.ts'
import type { Layout } from './layout.ts'
import { maximumOwnFile } from './limits.ts'
import { makeMembers, nodeOperator } from './roster.ts'

/** The validator's key in its holder. */
export const validatorLabel = 'validator'

/**
 * Reads `genesis.cbor`, or makes it from keys that are made first: a start that is cut off goes on with them.
 * `genesis.json` says the same for people.
 * @throws cli.data-damaged
 */
export async function openGenesis(layout: Layout, validator: KeyHolder): Promise<Genesis> {
  const { key } =
    (await validator.find(validatorLabel)) ?? (await validator.generate('EdDSA', { label: validatorLabel }))
  if (existsSync(layout.genesis)) return readGenesis(layout)
  const genesis: Genesis = {
    name: 'sandbox',
    time: BigInt(Date.now()),
    protocol: newestProtocol,
    members: await makeMembers(layout.members),
    parameters: [],
    validators: [{ key: ed25519Raw(key), power: 10n, member: nodeOperator }],
    engine: 'solo',
  }
  const view = { chain: chainIdOf(genesis), genesis: toJson(Genesis, genesis) }
  await writeWhole(layout.genesisView, `${JSON.stringify(view, null, 2)}\n`, 'owner')
  await writeWhole(layout.genesis, encodeAs(Genesis, genesis), 'owner')
  return genesis
}

/**
 * Reads `genesis.cbor`. Any bit that turned in it would be the genesis of another chain: so it is held against the chain
 * that `genesis.json` names, unless that one is gone or can't be read.
 * @throws cli.data-damaged
 */
export async function readGenesis({ genesis: path, genesisView }: Layout): Promise<Genesis> {
  const bytes = await readBounded(path, maximumOwnFile)
  const genesis = decoded(path, bytes)
  const [own, named] = [chainIdOf(genesis), await chainNamedIn(genesisView)]
  if (named !== undefined && named !== own) {
    throw cliError('data-damaged', { path, reason: `it is of chain ${own}, genesis.json beside it of ${named}` })
  }
  return genesis
}

function decoded(path: string, bytes: Uint8Array): Genesis {
  try {
    return decodeAs(Genesis, bytes)
  } catch (cause) {
    if (!(cause instanceof CommonrootError)) throw cause
    throw cliError('data-damaged', { path, reason: cause.message }, cause)
  }
}

async function chainNamedIn(view: string): Promise<string | undefined> {
  if (!existsSync(view)) return undefined
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(await readBounded(view, maximumOwnFile)))
    const isNamed = typeof value === 'object' && value !== null && 'chain' in value && typeof value.chain === 'string'
    return isNamed ? String(value.chain) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
