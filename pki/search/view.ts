/**
 * SQL that says what became of certificates. Rows of the projection are only added; here they come together.
 * A place is `height << 20` and the event's number in its block.
 */

/** Whether the mass revocation `revocation` covers `certificate`: it speaks of all that was published up to its block. */
export const isCovered = `
  revocation.manufacturer = certificate.manufacturer
  and certificate.place >> 20 <= revocation.place >> 20
  and (revocation.model is null or revocation.model = certificate.model)
  and (revocation.batch is null or revocation.batch = certificate.batch)
  and (revocation.firmware_below is null or certificate.firmware < revocation.firmware_below)
  and (revocation.serial_from is null
    or (length(certificate.serial) = length(revocation.serial_from)
      and certificate.serial between revocation.serial_from and revocation.serial_to))`

const firstRevocation = `
  select place >> 20 as height, time, reason from pki_mass_revocation as revocation
  where ${isCovered} order by place limit 1`

/**
 * Publication, changes, and the end that the device's next certificate makes of one that a mass revocation covers: of
 * that there is no event.
 */
const history = `
  select place, 'valid' as state, null as reason, time
  from pki_certificate as published where published.place = certificate.place
  union all
  select place, state, reason, time from pki_change as change where change.fingerprint = certificate.fingerprint
  union all
  (select next.place, 'revoked', (select reason from (${firstRevocation}) as mass), next.time
    from pki_certificate as next
    where next.serial = certificate.serial and next.manufacturer = certificate.manufacturer
      and next.place > certificate.place
      and not exists (
        select from pki_change as change
        where change.fingerprint = certificate.fingerprint and change.state in ('revoked', 'superseded'))
    order by next.place limit 1)`

/** A certificate as one document: for whoever looks into the database with SQL. Times are milliseconds since 1970. */
export const certificateDocument = `
  select certificate.*, jsonb_strip_nulls(jsonb_build_object(
    'fingerprint', encode(fingerprint, 'hex'),
    'manufacturer', manufacturer,
    'serial', serial,
    'commonName', common_name,
    'algorithm', algorithm,
    'model', model,
    'batch', batch,
    'firmware', (
      select jsonb_agg(('x' || encode(substring(firmware from 4 * number + 1 for 4), 'hex'))::bit(32)::int order by number)
      from generate_series(0, length(firmware) / 4 - 1) as number),
    'notBefore', not_before,
    'notAfter', not_after,
    'states', (
      select jsonb_agg(
        jsonb_build_object('state', state, 'reason', reason, 'height', place >> 20, 'time', time) order by place)
      from (${history}) as history),
    'massRevocation', (
      select jsonb_build_object('reason', reason, 'height', height, 'time', time)
      from (${firstRevocation}) as mass)
  )) as document
  from pki_certificate as certificate`
