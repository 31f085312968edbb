/** Organisations that do not trust each other, on real CometBFT: a fifth one joins and validates, a founder is put out. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts } from '../../api/ledger/index.ts'
import { protocols } from '../../api/protocols.ts'
import { installCometbft } from '../../scripts/install-cometbft.ts'
import { Chain, chainIdOf, engineGenesis, type Genesis } from '../../src/chain/index.ts'
import { encodeUnknown, toHex } from '../../src/codec/index.ts'
import { ed25519Raw } from '../../src/crypto/index.ts'
import { CometbftEngine, prepareIdentity, signWithValidatorKey } from '../../src/engine/index.ts'
import { validatorHistory, validatorPossessionMessage } from '../../src/governance/index.ts'
import { orderValidators, type Validator } from '../../src/light/index.ts'
import { LedgerNode, makeOperation, signTransaction } from '../../src/node/index.ts'
import { openStore } from '../../src/store/index.ts'
import { followAll, until } from '../engine/following.ts'
import { check } from '../fsck/history.ts'
import { admission, founders, memberOf } from '../governance/council.ts'
import { type TestMember, testKey } from '../ledger/members.ts'
import { testDatabase } from '../postgres.ts'

/** The first run builds CometBFT. */
const buildTimeout = 600_000

type Running = { readonly node: LedgerNode; readonly chain: Chain; readonly engine: CometbftEngine }

const databases = await Promise.all([0, 1, 2, 3, 4].map(() => testDatabase()))
const folder = await mkdtemp(path.join(tmpdir(), 'commonroot-test-governed-'))
const homes = databases.map((_, index) => path.join(folder, `organisation-${index}`))
const newcomerKey = testKey()
const newcomer = memberOf('newcomer', newcomerKey)
const failures: unknown[] = []
let nodes: readonly Running[] = []
let genesis: Genesis

beforeAll(async () => {
  const binary = installCometbft()
  const identities = await Promise.all(homes.map((home) => prepareIdentity(home)))
  const ports = await freePorts(homes.length)
  genesis = {
    name: 'governed',
    time: BigInt(Date.now()) - 5_000n,
    protocol: 2,
    members: founders.map(({ id, name, roles, keys }) => ({ id, name, roles, keys })),
    parameters: [],
    validators: founders.map(({ id }, index) => {
      return { key: ed25519Raw(identities[index]!.validator), power: 10n, member: id }
    }),
    engine: 'cometbft',
  }
  const addresses = identities.map(({ nodeId }, index) => `${nodeId}@127.0.0.1:${ports[index]}`)
  nodes = await Promise.all(
    homes.map(async (home, index) => {
      const store = await openStore({ connection: databases[index]!, chain: chainIdOf(genesis) })
      const chain = await Chain.open({ genesis, store, protocols, onFault: (error) => failures.push(error) })
      const engine = new CometbftEngine({
        home,
        binary,
        genesis: engineGenesis(genesis),
        listen: `127.0.0.1:${ports[index]}`,
        peers: addresses.filter((_, other) => other !== index),
        oneHost: true,
      })
      const node = await LedgerNode.start({ chain, engine, genesis, onFailure: (error) => failures.push(error) })
      return { node, chain, engine }
    }),
  )
  await until(
    'the connections',
    async () => {
      const all = await Promise.all(nodes.map(({ engine }) => engine.status()))
      return all.every(({ height, peers, catchingUp }) => height > 0n && peers === homes.length - 1 && !catchingUp)
    },
    60_000,
  )
}, buildTimeout)

afterAll(async () => {
  await Promise.all(nodes.map(({ node }) => node.stop()))
  await rm(folder, { recursive: true, force: true })
})

describe('a consortium', () => {
  it('admits a fifth organisation by votes, whose validator then votes on blocks', async () => {
    const raw = ed25519Raw((await prepareIdentity(homes[4]!)).validator)
    const id = chainIdOf(genesis)
    const message = validatorPossessionMessage(id, newcomer.id, raw)
    const grant = {
      member: newcomer.id,
      key: raw,
      power: 10n,
      possession: await signWithValidatorKey(homes[4]!, message),
    }
    await decide(1n, founders.slice(0, 3), [
      ['admit-member', admission(id, newcomer.id, ['operator'], newcomerKey)],
      ['set-validator', grant],
    ])
    await until('the fifth validator', async () => (await powers()).length === 5)
    expect(await powers()).toEqual([10n, 10n, 10n, 10n, 10n])
    await until('its vote', async () => {
      const { height } = await nodes[0]!.engine.status()
      const [signed, set] = [await nodes[0]!.engine.signedHeader(height), await nodes[0]!.engine.validators(height)]
      const place = set.findIndex(({ key }) => toHex(ed25519Raw(key)) === toHex(raw))
      return signed.votes.some(({ validator }) => validator === place)
    })
  })

  it('puts out a founder with the vote of the newcomer, and goes on without its node', async () => {
    const voters = [founders[1], founders[2], newcomer] as readonly TestMember[]
    await decide(2n, voters, [['set-member-state', { member: founders[0].id, state: 'removed' }]])
    await until('four validators', async () => (await powers()).length === 4)
    await nodes[0]!.node.stop()
    await decide(3n, voters, [['withdraw-algorithm', { algorithm: 'ES256' }]], 1)
    expect(failures).toEqual([])
  })

  it('is followed by a light client through both changes, and the state tells the same validators as the engine', async () => {
    const { engine, chain } = nodes[1]!
    const { height } = await engine.status()
    await followAll(engine, 1n, height)
    const validatorsAt = await validatorHistory(chain.store)
    const shown = (set: readonly Validator[] = []) =>
      orderValidators(set).map(({ key, power }) => `${toHex(key.spki)} ${power}`)
    for (let each = 1n; each <= height; each++) {
      expect(shown(validatorsAt(each)), `height ${each}`).toEqual(shown(await engine.validators(each)))
    }
  })

  it('leaves stores whose headers verify, each by the validators of its height', async () => {
    const { node, chain } = nodes[1]!
    // A header is stored when somebody asks for it.
    for (let height = chain.head!.height - 1n; height > 0n; height--) await node.signedHeader(height)
    await node.stop()
    const { findings, checked } = await check({
      database: databases[1]!,
      chain: chainIdOf(genesis),
      genesis,
    })
    expect(findings).toEqual([])
    expect(checked.headers).toBeGreaterThan(10)
  })
})

/** Proposes through one node, and votes through another each. */
async function decide(
  number: bigint,
  voters: readonly TestMember[],
  operations: readonly (readonly [type: string, body: unknown])[],
  first = 0,
): Promise<void> {
  const program = await nodes[first]!.chain.program()
  const encoded = operations.map(([type, body]) => {
    return { type, body: encodeUnknown(program.transactionType('governance', type)!.schema, body) }
  })
  const act = async (through: Running, member: TestMember, type: string, body: object) => {
    const declared = program.transactionType('governance', type)!
    const operation = makeOperation('governance', type, declared, { member: member.id, operations: encoded, ...body })
    const validUntil = BigInt(Date.now()) + 600_000n
    const bytes = await signTransaction(chainIdOf(genesis), [operation], [member.signer], validUntil)
    expect((await through.node.submissions.submit(bytes)).result.code, `${type} of ${member.id}`).toBe(0)
  }
  await act(nodes[first]!, voters[0]!, 'propose', { until: BigInt(Date.now()) + 86_400_000n })
  for (const [index, voter] of voters.entries()) {
    await act(nodes[first + index]!, voter, 'vote', { proposal: number, vote: 'yes' })
  }
}

async function powers(): Promise<readonly bigint[]> {
  const { engine } = nodes[1]!
  return (await engine.validators((await engine.status()).height)).map(({ power }) => power)
}
