/** Finding certificates: filters become a query whose values are bound. */
import { encodeAs, Optional, Struct, Text, Unsigned64, type ValueOf, Word } from '../../src/codec/index.ts'
import type { Follower } from '../../src/follower/index.ts'
import { allOf, Statement, statement } from '../../src/store/index.ts'
import { CertificateRecord } from '../contract/index.ts'
import { searchError } from './errors.ts'
import { firmwareBytes, firmwareOf } from './firmware.ts'
import { certificateProjection } from './projection.ts'
import { isCovered } from './view.ts'

/** How a certificate stands by what was recorded about it, mass revocations included. Expiry is a matter of time alone. */
export const searchStates = ['valid', 'revoked'] as const

const { manufacturer, serial, model, batch, firmware } = CertificateRecord.properties

/** All that are given must fit. */
export const CertificateFilters = Struct({
  manufacturer: Optional(manufacturer),
  serial: Optional(serial),
  /** CN of the subject; its O is the manufacturer, its serialNumber the serial. */
  commonName: Optional(Text({ maximum: 256 })),
  model: Optional(model),
  batch: Optional(batch),
  firmware: Optional(firmware),
  state: Optional(Word(...searchStates)),
  /** Milliseconds since 1970: it expires then or later. */
  expiresFrom: Optional(Unsigned64),
  /** Milliseconds since 1970: it expires before. */
  expiresBefore: Optional(Unsigned64),
})
export type CertificateFilters = ValueOf<typeof CertificateFilters>

/** What the index has of a certificate. Nothing of it is proven. */
export type FoundCertificate = {
  /** Where in the history it was published; places rise. */
  readonly place: bigint
  readonly fingerprint: Uint8Array
  readonly manufacturer: string
  readonly serial: string
  readonly commonName: string | undefined
  readonly model: string
  readonly batch: string
  readonly firmware: readonly number[]
  readonly notBefore: bigint
  readonly notAfter: bigint
}

export type FoundPage = {
  /** In the order of their publication. */
  readonly certificates: readonly FoundCertificate[]
  /** What to pass as `after` for the next page; undefined on the last. */
  readonly next: bigint | undefined
  /** The first and the newest block that the index is of. */
  readonly first: bigint
  readonly height: bigint
}

/**
 * A page of the certificates that fit all filters.
 * @param after place behind which the page begins
 * @throws codec.schema, search.expiry-range, follower.not-ready, follower.search-timeout, store.unavailable
 */
export async function findCertificates(
  follower: Pick<Follower, 'search'>,
  filters: CertificateFilters,
  { after = -1n, limit }: { readonly after?: bigint; readonly limit: number },
): Promise<FoundPage> {
  // What no certificate can say is refused here, not by the database.
  encodeAs(CertificateFilters, filters)
  const { expiresFrom: from, expiresBefore: until } = filters
  if (from !== undefined && until !== undefined && from >= until) throw searchError('expiry-range', { from, until })
  const query = queryOf(filters, after, limit + 1)
  const { rows, first, height } = await follower.search(certificateProjection, query)
  const found = rows.flatMap((row) => readFound(row) ?? []).sort((a, b) => (a.place < b.place ? -1 : 1))
  const certificates = found.slice(0, limit)
  const next = found.length > limit ? certificates.at(-1)?.place : undefined
  return { certificates, next, first, height }
}

const columns = new Statement(
  [
    'place, fingerprint, manufacturer, serial, common_name as "commonName", model, batch, firmware, not_before as "notBefore", not_after as "notAfter"',
  ],
  [],
)

const isMassRevoked = new Statement([`exists (select from pki_mass_revocation as revocation where ${isCovered})`], [])

const isEnded = statement`exists (
  select from pki_change as change
  where change.fingerprint = certificate.fingerprint and change.state in ('revoked', 'superseded'))`

function queryOf({ state, ...filters }: CertificateFilters, after: bigint, limit: number): Statement {
  const conditions = [statement`certificate.place > ${after}`, ...conditionsOf(filters)]
  if (state === 'revoked') return revokedQuery(allOf(conditions), limit)
  const all =
    state === 'valid' ? [...conditions, statement`not ${isEnded}`, statement`not ${isMassRevoked}`] : conditions
  return statement`select ${columns} from pki_certificate as certificate where ${allOf(all)} order by place limit ${limit}`
}

/** Few are revoked one by one and are found by that; those of mass revocations are walked in order. */
function revokedQuery(conditions: Statement, limit: number): Statement {
  return statement`
    select ${columns} from (
      (select certificate.* from pki_change as change
        join pki_certificate as certificate on certificate.fingerprint = change.fingerprint
        where change.state = 'revoked' and ${conditions} order by certificate.place limit ${limit})
      union
      (select certificate.* from pki_certificate as certificate
        where ${isMassRevoked} and ${conditions} order by place limit ${limit})
    ) as certificate order by place limit ${limit}`
}

function conditionsOf(filters: Omit<CertificateFilters, 'state'>): readonly Statement[] {
  const { manufacturer, serial, commonName, model, batch, firmware, expiresFrom, expiresBefore } = filters
  return [
    manufacturer !== undefined && statement`certificate.manufacturer = ${manufacturer}`,
    serial !== undefined && statement`certificate.serial = ${serial}`,
    commonName !== undefined && statement`certificate.common_name = ${commonName}`,
    model !== undefined && statement`certificate.model = ${model}`,
    batch !== undefined && statement`certificate.batch = ${batch}`,
    firmware !== undefined && statement`certificate.firmware = ${firmwareBytes(firmware)}`,
    expiresFrom !== undefined && statement`certificate.not_after >= ${expiresFrom}`,
    expiresBefore !== undefined && statement`certificate.not_after < ${expiresBefore}`,
  ].filter((condition) => condition !== false)
}

/** A row as the database gave it: whoever can write there could have changed it, so it is looked at before it is used. */
function readFound(row: Readonly<Record<string, unknown>>): FoundCertificate | undefined {
  const { place, fingerprint, manufacturer, serial, commonName, model, batch, firmware, notBefore, notAfter } = row
  if (typeof place !== 'bigint' || typeof notBefore !== 'bigint' || typeof notAfter !== 'bigint') return undefined
  if (!(fingerprint instanceof Uint8Array) || !(firmware instanceof Uint8Array)) return undefined
  if (typeof manufacturer !== 'string' || typeof serial !== 'string') return undefined
  if (typeof model !== 'string' || typeof batch !== 'string') return undefined
  return {
    place,
    fingerprint,
    manufacturer,
    serial,
    commonName: typeof commonName === 'string' ? commonName : undefined,
    model,
    batch,
    firmware: firmwareOf(firmware),
    notBefore,
    notAfter,
  }
}
