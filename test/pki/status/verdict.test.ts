/** The verdict at the edges of every time: from the millisecond of a fact on, and not one earlier. */
import { describe, expect, it } from 'vitest'
import { MassRevocation } from '../../../pki/contract/index.ts'
import { type Judgement, judge, type ProvenFacts, verdicts } from '../../../pki/status/index.ts'
import { encodeAs } from '../../../src/codec/index.ts'
import { genesisTime } from '../../light/chain.ts'
import {
  issueCertificate,
  noneWithdrawn,
  notAfter,
  notBefore,
  published,
  recordOf,
  standingOf,
} from './proving-state.ts'

const certificate = await issueCertificate()
const sound: ProvenFacts = {
  certificate,
  record: recordOf(certificate),
  standing: standingOf(),
  withdrawn: noneWithdrawn,
}
const when = genesisTime + 50_000n
const valid = { verdict: 'valid', code: 'certificate.valid' }

const since = (state: 'active' | 'suspended' | 'removed', time: bigint) => ({ state, height: 9n, time })
const withState = (...more: ProvenFacts['record']['states']) => ({
  record: recordOf(certificate, { states: [{ state: 'valid', height: 1n, time: published }, ...more] }),
})
const withMember = (...more: ProvenFacts['standing']['states']) => ({
  standing: standingOf({ states: [since('active', genesisTime), ...more] }),
})
const fact = (time: bigint, predicate: object = {}, height = 9n) => ({
  module: 'pki',
  height,
  time,
  content: encodeAs(MassRevocation, { reason: 'key-compromise', ...predicate }),
})
const withFacts = (...facts: ProvenFacts['standing']['facts']) => ({ standing: standingOf({ facts }) })

/** What is said one millisecond before a time, at it, and one after. */
const around = (facts: Partial<ProvenFacts>, time: bigint): readonly Judgement[] =>
  [time - 1n, time, time + 1n].map((at) => judge({ ...sound, ...facts }, at))

type Case = readonly [
  what: string,
  facts: Partial<ProvenFacts>,
  time: bigint,
  expected: readonly [Judgement, Judgement],
]

const said = (verdict: Judgement['verdict'], code: string): Judgement => ({ verdict, code: `certificate.${code}` })
const cases: readonly Case[] = [
  ['published', {}, published, [said('never-published', 'not-yet-published'), said('valid', 'valid')]],
  [
    'revoked',
    withState({ state: 'revoked', reason: 'key-compromise', height: 9n, time: when }),
    when,
    [said('valid', 'valid'), said('revoked', 'revoked')],
  ],
  [
    'superseded',
    withState({ state: 'superseded', height: 9n, time: when }),
    when,
    [said('valid', 'valid'), said('superseded', 'superseded')],
  ],
  ['held', withState({ state: 'held', height: 9n, time: when }), when, [said('valid', 'valid'), said('held', 'held')]],
  [
    'released',
    withState({ state: 'held', height: 8n, time: published }, { state: 'valid', height: 9n, time: when }),
    when,
    [said('held', 'held'), said('valid', 'valid')],
  ],
  [
    'covered by a mass revocation',
    withFacts(fact(when)),
    when,
    [said('valid', 'valid'), said('revoked', 'mass-revoked')],
  ],
  [
    'covered by the second of two',
    withFacts(fact(published, { model: 'other' }), fact(when)),
    when,
    [said('valid', 'valid'), said('revoked', 'mass-revoked')],
  ],
  [
    'covered by the first of two',
    withFacts(fact(when), fact(when + 10_000n)),
    when,
    [said('valid', 'valid'), said('revoked', 'mass-revoked')],
  ],
  [
    'of a member that is suspended',
    withMember(since('suspended', when)),
    when,
    [said('valid', 'valid'), said('held', 'manufacturer-suspended')],
  ],
  [
    'of a member that is restored',
    withMember(since('suspended', published), since('active', when)),
    when,
    [said('held', 'manufacturer-suspended'), said('valid', 'valid')],
  ],
  [
    'of a member that is removed',
    withMember(since('removed', when)),
    when,
    [said('valid', 'valid'), said('revoked', 'manufacturer-removed')],
  ],
  [
    'of an algorithm that is withdrawn',
    { withdrawn: { algorithms: [{ algorithm: 'ES256', height: 9n, time: when }] } },
    when,
    [said('valid', 'valid'), said('revoked', 'algorithm-withdrawn')],
  ],
]

describe('a certificate', () => {
  it.each(cases)('%s, to the millisecond', (_, facts, time, [before, from]) => {
    expect(around(facts, time)).toEqual([before, from, from])
  })

  it('is valid from the first to the last millisecond of its period, both included', () => {
    const early = {
      record: recordOf(certificate, { states: [{ state: 'valid', height: 1n, time: 0n }] }),
      standing: standingOf({ states: [since('active', 0n)] }),
    }
    expect(around(early, notBefore)).toEqual([said('not-yet-valid', 'not-yet-valid'), valid, valid])
    expect(around(early, notAfter)).toEqual([valid, valid, said('expired', 'expired')])
  })

  it('is judged by what was known at the time, whatever the same proof says of later', () => {
    const facts = {
      ...withState({ state: 'revoked', height: 20n, time: when + 20_000n }),
      ...withMember(since('removed', when + 10_000n)),
    }
    expect(judge({ ...sound, ...facts }, when)).toEqual(valid)
    expect(judge({ ...sound, ...facts }, when + 10_000n)).toEqual(said('revoked', 'manufacturer-removed'))
    expect(judge({ ...sound, ...facts }, when + 20_000n)).toEqual(said('revoked', 'revoked'))
  })

  it('of several states in one block has the last of them', () => {
    const facts = withState({ state: 'held', height: 9n, time: when }, { state: 'revoked', height: 9n, time: when })
    expect(around(facts, when).map(({ verdict }) => verdict)).toEqual(['valid', 'revoked', 'revoked'])
  })

  it('that is revoked stays revoked when it has expired, too', () => {
    const facts = withState({ state: 'revoked', height: 9n, time: when })
    expect(judge({ ...sound, ...facts }, notAfter + 1n)).toEqual(said('revoked', 'revoked'))
    expect(judge({ ...sound, ...withFacts(fact(when)) }, notAfter + 1n)).toEqual(said('revoked', 'mass-revoked'))
  })

  it('is not touched by facts of other modules, earlier heights, other predicates, or another algorithm', () => {
    const foreign = { ...fact(when), module: 'other', content: Uint8Array.of(0xff) }
    const earlier = fact(when, {}, 0n)
    const others = [
      { model: 'cell-2' },
      { batch: 'b2' },
      { firmwareBelow: [1, 0] },
      { serials: { from: 'S2', to: 'S9' } },
    ]
    const facts = withFacts(foreign, earlier, ...others.map((predicate) => fact(when, predicate)))
    const withdrawn = { algorithms: [{ algorithm: 'EdDSA' as const, height: 1n, time: 0n }] }
    expect(judge({ ...sound, ...facts, withdrawn }, when)).toEqual(valid)
  })

  it('of a member of which no state is known yet is not valid', () => {
    const facts = { standing: standingOf({ states: [since('active', when)] }) }
    expect(around(facts, when).map(({ verdict }) => verdict)).toEqual(['held', 'valid', 'valid'])
  })
})

it('knows every verdict that it gives', () => {
  const given = new Set(cases.flatMap(([, facts, time]) => around(facts, time).map(({ verdict }) => verdict)))
  expect([...given].filter((verdict) => !verdicts.includes(verdict))).toEqual([])
})

it('before its publication a certificate is not yet valid until its own beginning, and then not yet published', () => {
  const { notBefore } = sound.certificate
  expect(judge(sound, notBefore - 1n)).toEqual(said('not-yet-valid', 'not-yet-valid'))
  expect(judge(sound, notBefore)).toEqual(said('never-published', 'not-yet-published'))
})
