/** Governing from the command line: a member joins, and everybody can see who decided that. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../postgres.ts'
import { regulatorPassphrase, startWorld } from './world.ts'

const world = await startWorld(await testDatabase(), { protocol: 2 })
afterAll(() => world.stop())

const passphrase = { env: { COMMONROOT_PASSPHRASE: regulatorPassphrase } }
const members = ['vendor-a', 'vendor-b', 'regulator'] as const
const vote = (number: number, member: string, ballot = 'yes') =>
  world.run(['governance', 'vote', `${number}`, ballot, '--signer', world.key(member), '--json'], passphrase)

describe('commonroot governance', () => {
  it('lets a newcomer join by a file and three votes, the last of which does it', async () => {
    const request = path.join(world.folder, 'stranger.json')
    const stranger = ['--id', 'stranger', '--name', 'A Stranger', '--role', 'vendor', '--signer', world.key('stranger')]
    const joined = await world.run(['governance', 'join', ...stranger, '--out', request])
    expect({ code: joined.code, stderr: joined.stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(readFileSync(request, 'utf8'))).toMatchObject({ member: { id: 'stranger', roles: ['vendor'] } })
    const words = ['governance', 'propose', 'admit-member', request, '--signer', world.key('vendor-a')]
    const proposed = await world.run([...words, '--json'])
    expect(proposed.json).toMatchObject({ proposal: 1, code: 'done' })
    const states = []
    for (const member of members) states.push((await vote(1, member)).json)
    expect(states).toMatchObject([{ state: 'open' }, { state: 'open' }, { state: 'executed', yes: members }])
  })

  it('shows proposals, one with its votes, what is in force and what changed', async () => {
    const asked = [['list'], ['show', '1'], ['in-force'], ['diff', '0', '--json'], ['diff', '0', '0']]
    const answers = await Promise.all(asked.map((words) => world.run(['governance', ...words])))
    const [list = '', show = '', inForce = '', diff = '', none = ''] = answers.map(({ stdout }) => stdout)
    expect(list).toMatch(
      /^NUMBER +STATE +YES +NO +UNTIL +PROPOSER +DECISION\n1 +executed +3 +0 +\S+ +vendor-a +admit-member stranger\n$/,
    )
    expect(show).toMatch(/Proposal 1 of vendor-a, made at \S+: executed in block \d+\n {2}admit-member \{\n/)
    expect(show).toMatch(/Votes:\n {2}regulator +yes +\S+\n {2}vendor-a +yes +\S+\n {2}vendor-b +yes/)
    expect(inForce).toMatch(
      /^After block \d+: protocol 2\n\nMembers\n {2}regulator +active +since 0 +regulator\n {2}stranger/,
    )
    expect(JSON.parse(diff)).toMatchObject({
      from: 0,
      changes: [{ subject: 'member stranger', after: { state: 'active' } }],
    })
    expect(none).toBe('Nothing differs between block 0 and block 0.\n')
  })

  it('takes a decision as JSON, several in one proposal, and a value of a parameter as what it is', async () => {
    const authority = '{"module":"governance","name":"authority","value":{"roles":["vendor","regulator"],"members":2}}'
    const roles = path.join(world.folder, 'roles.json')
    writeFileSync(roles, '{"member":"stranger","roles":["guest"]}')
    const words = ['governance', 'propose', 'set-parameter', authority, 'set-roles', roles, '--days', '1']
    const { json } = await world.run([...words, '--signer', world.key('vendor-b'), '--json'])
    expect(json).toMatchObject({ proposal: 2 })
    const shown = await world.run(['governance', 'show', '2', '--json'])
    expect(shown.json).toMatchObject({
      operations: [
        { type: 'set-parameter', body: { at: '0', value: { roles: ['vendor', 'regulator'], members: 2 } } },
        { type: 'set-roles', body: { member: 'stranger', roles: ['guest'] } },
      ],
    })
  })

  it('refuses with the code of the command line, of the codec, or of the chain', async () => {
    const few = '{"member":"stranger"}'
    const cases: readonly (readonly [words: readonly string[], code: number, error: string])[] = [
      [['propose', 'set-roles', '{"a"'], 2, 'cli.usage'],
      [['propose', 'set-roles', few, 'set-roles'], 2, 'cli.usage'],
      [['propose', 'set-roles', few], 1, 'codec.missing-field'],
      [['propose', 'suspend-member', '{"member":"nobody"}'], 1, 'governance.unknown-member'],
      [['vote', '77', 'yes'], 1, 'governance.unknown-proposal'],
      [['vote', '1', 'no'], 1, 'governance.voted-already'],
    ]
    const signer = ['--signer', world.key('vendor-a'), '--json']
    const ended = await Promise.all(cases.map(([words]) => world.run(['governance', ...words, ...signer])))
    expect(ended.map(({ code, json }) => ({ code, json }))).toMatchObject(
      cases.map(([, code, error]) => ({ code, json: { error: { code: error } } })),
    )
  })
})
