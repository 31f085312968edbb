/** Everything that can be seen of a chain after a block, held against the model. */
import { errorRow } from '../../../api/catalogue.ts'
import { parseCertificate } from '../../../pki/certificate/index.ts'
import { certificates } from '../../../pki/contract/index.ts'
import { judge } from '../../../pki/status/index.ts'
import type { StateView } from '../../../src/chain/index.ts'
import { fromHex, toHex } from '../../../src/codec/index.ts'
import type { BlockOutput } from '../../../src/engine/index.ts'
import { standings, withdrawnAlgorithms } from '../../../src/governance/index.ts'
import { decodeEvents, decodeResult } from '../../../src/host/index.ts'
import { rootOf, stateRoot } from '../../../src/state/index.ts'
import type { SeededRandom } from '../../faults/seeded-random.ts'
import { cbor } from '../model/cbor.ts'
import type { ReadCertificate } from '../model/described.ts'
import { judgementAt } from '../model/judgement.ts'
import type { Model, ModelBlock } from '../model/ledger.ts'
import type { State } from '../model/state.ts'
import { pickFrom, shuffled } from '../seed.ts'
import type { Actor } from './actor.ts'
import { requireSame, requireSameRows } from './difference.ts'

/** The model's leaves and root after a height. */
export type Past = { readonly leaves: ReadonlyMap<string, string>; readonly root: string; readonly state: State }

export function compareOutput({ appHash, results, appVersion }: BlockOutput, expected: ModelBlock): void {
  const found = results.map(({ code, data }) => {
    const result = decodeResult(data)
    requireSame('the code beside its result', code, result.code)
    return { code: nameOf(code), operations: result.operations.map(({ verdicts }) => verdicts?.map(nameOf)) }
  })
  requireSame('results', found, expected.results)
  requireSame('the root', toHex(appHash), expected.root)
  requireSame('the protocol that follows', Number(appVersion ?? 0n), expected.switched ?? 0)
}

/** A number of a result as the model says it. */
function nameOf(number: number): string {
  if (number === 0) return 'done'
  return number === 1 ? 'unchanged' : (errorRow(number)?.code ?? `${number}`)
}

export async function compareBlock({ chain, store }: Actor, { head }: Model, expected: ModelBlock): Promise<void> {
  const { height = -1n, time = -1n, root = new Uint8Array(0) } = chain.head ?? {}
  requireSame('the head', { height, time, root: toHex(root) }, { ...head, root: expected.root })
  const stored = await store.block(head.height)
  requireSame('the stored root', stored?.root, root)
  const events = decodeEvents(stored?.events ?? new Uint8Array(0)).map((event) => ({
    ...event,
    body: toHex(event.body),
  }))
  requireSame(
    'events',
    events,
    expected.events.map((event) => ({ ...event, body: toHex(cbor(event.body)) })),
  )
}

export async function compareTables({ place }: Actor, model: Model): Promise<void> {
  requireSameRows('the record', await place.rows('records'), model.leaves())
  requireSameRows('the index entry', await place.rows('indexes'), model.indexes())
}

/** Some transactions and kept certificates are looked up. */
export async function compareLookups(
  { store, place }: Actor,
  { state, head }: Model,
  known: readonly ReadCertificate[],
  random: SeededRandom,
) {
  const used = [...state.used]
  for (const [id, { height, position, validUntil }] of [
    ...shuffled(random, used.slice(-150)).slice(0, 4),
    ...used.slice(0, 1),
  ]) {
    const found = await store.transaction(fromHex(id))
    // With its block in the archive, one that can't be executed any more is forgotten.
    const isForgotten = found === undefined && place.name === 'postgres' && validUntil < head.time
    if (!isForgotten) requireSame('the place of a transaction', found, { height, position })
  }
  const certificate = pickFrom(random, known)
  if (certificate === undefined) return
  const isPublished = state.certificates.has(certificate.fingerprint)
  const kept = await store.blob(fromHex(certificate.fingerprint))
  requireSame('a kept certificate', kept, isPublished ? certificate.der : undefined)
}

/** What a reader at that height gets: leaves with proofs, and the judgement of certificates at any time. */
export async function compareView(
  view: StateView,
  past: Past,
  present: Past,
  known: readonly ReadCertificate[],
  random: SeededRandom,
): Promise<void> {
  const roots = { standing: await view.root('standing'), records: await view.root('records') }
  requireSame(`the root of a view at ${view.height}`, toHex(stateRoot(roots.standing, roots.records)), past.root)
  const changed = [...present.leaves].filter(([key, value]) => past.leaves.get(key) !== value).map(([key]) => key)
  const gone = [...past.leaves.keys()].filter((key) => !present.leaves.has(key))
  for (const key of shuffled(random, [...changed, ...gone]).slice(0, 4)) {
    const bytes = await view.bytesAt({ table: 'records', key: fromHex(key) })
    requireSame(`the record ${key} at ${view.height}`, bytes === null ? undefined : toHex(bytes), past.leaves.get(key))
  }
  const about = [pickFrom(random, known.slice(-12)), pickFrom(random, known.slice(-12)), pickFrom(random, known)]
  for (const certificate of about) await compareJudgement(view, past, roots, certificate, random)
}

async function compareJudgement(
  view: StateView,
  { state }: Past,
  roots: { readonly records: Uint8Array },
  certificate: ReadCertificate | undefined,
  random: SeededRandom,
): Promise<void> {
  if (certificate === undefined) return
  const { fingerprint, manufacturer, notBefore, notAfter, der } = certificate
  const proven = await view.prove(certificates, fromHex(fingerprint))
  requireSame('the root that a proof leads to', toHex(rootOf(proven)), toHex(roots.records))
  const record = proven.value === undefined ? undefined : certificates.decode(proven.value)
  const standing = await view.get(standings, Buffer.from(manufacturer))
  const withdrawn = (await view.get(withdrawnAlgorithms, new Uint8Array(0))) ?? { algorithms: [] }
  for (const at of times(state, certificate, random)) {
    const found =
      record === undefined || standing === undefined
        ? 'certificate.never-published'
        : judge({ certificate: parseCertificate(der), record, standing, withdrawn }, at).code
    requireSame(
      `certificate ${fingerprint} at time ${at}`,
      found,
      judgementAt(state, fingerprint, { notBefore, notAfter }, at),
    )
  }
}

/** The moments at which its judgement may change, and those beside them. */
function times(
  state: State,
  { fingerprint, manufacturer, notBefore, notAfter }: ReadCertificate,
  random: SeededRandom,
) {
  const own = state.certificates.get(fingerprint)?.states ?? []
  const standing = state.standings.get(manufacturer)
  const dated = [...own, ...(standing?.states ?? []), ...(standing?.facts ?? []), ...state.withdrawn]
  const moments = [notBefore, notAfter, ...dated.map(({ time }) => time)]
  return shuffled(random, moments)
    .slice(0, 3)
    .flatMap((moment) => [moment - 1n, moment, moment + 1n])
}
