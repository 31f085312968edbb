/** The rows that blocks give about certificates, and a view of each certificate with its history. */
import { decodeAs, equalBytes } from '../../src/codec/index.ts'
import { defineProjection, defineTable, type FollowedBlock, type FollowedEvent } from '../../src/follower/index.ts'
import { type Certificate, parseCertificate } from '../certificate/index.ts'
import {
  certificatePublished,
  certificateRevoked,
  certificatesMassRevoked,
  MassRevocation,
  PublishedItem,
  pkiName,
  VouchedItem,
} from '../contract/index.ts'
import { searchError } from './errors.ts'
import { firmwareBytes } from './firmware.ts'
import { certificateDocument } from './view.ts'

/** One row for each certificate, at the place of its publication. */
const certificates = defineTable({
  name: 'pki_certificate',
  columns: {
    /** Block time of the publication; times are milliseconds since 1970. */
    time: 'bigint',
    fingerprint: 'bytes',
    /** O, serialNumber and CN of the subject. */
    manufacturer: 'text',
    serial: 'text',
    common_name: 'text?',
    algorithm: 'text',
    model: 'text',
    batch: 'text',
    /** In bytes whose order is that of versions. */
    firmware: 'bytes',
    not_before: 'bigint',
    not_after: 'bigint',
  },
  indexes: {
    fingerprint: 'hash',
    manufacturer: 'btree',
    serial: 'btree',
    common_name: 'btree',
    model: 'btree',
    batch: 'btree',
    firmware: 'btree',
    not_after: 'btree',
  },
})

/** One row for each change of one certificate after its publication. */
const changes = defineTable({
  name: 'pki_change',
  columns: { time: 'bigint', fingerprint: 'bytes', state: 'text', reason: 'text' },
  indexes: { fingerprint: 'hash' },
})

/** One row for each mass revocation: what it leaves out it does not ask for. */
const massRevocations = defineTable({
  name: 'pki_mass_revocation',
  columns: {
    time: 'bigint',
    manufacturer: 'text',
    reason: 'text',
    model: 'text?',
    batch: 'text?',
    firmware_below: 'bytes?',
    serial_from: 'text?',
    serial_to: 'text?',
  },
  indexes: { manufacturer: 'btree' },
})

export const certificateProjection = defineProjection({
  name: 'pki',
  version: 1,
  summary: 'Certificates by name, manufacturer, serial, model, batch, firmware, expiry and state, with their history.',
  tables: [certificates, changes, massRevocations],
  views: { pki_certificate_document: certificateDocument },
  *rows(block) {
    const certificateOf = publishedCertificates(block)
    for (const event of block.events()) {
      if (event.module !== pkiName) continue
      if (event.name === certificatePublished.name) yield publishedRow(block, event, certificateOf(event))
      else if (event.name === certificateRevoked.name) yield revokedRow(block, event)
      else if (event.name === certificatesMassRevoked.name) yield massRevokedRow(block, event)
    }
  },
})

/** What an event does not say stands in the certificate, which is in the block too. */
function publishedCertificates(block: FollowedBlock): (event: FollowedEvent) => Certificate {
  const published = block.itemsOf(PublishedItem)
  const vouched = block.itemsOf(VouchedItem)
  return (event) => {
    const { fingerprint } = decodeAs(certificatePublished.body, event.body)
    const type = block.operationOf(event)?.type
    const item = type === 'publish' ? published(event) : type === 'publish-vouched' ? vouched(event) : undefined
    const certificate = item === undefined ? undefined : parseCertificate(item.certificate)
    if (certificate === undefined || !equalBytes(certificate.fingerprint, fingerprint)) {
      throw searchError('event-differs', { height: block.height, fingerprint })
    }
    return certificate
  }
}

function publishedRow({ time }: FollowedBlock, { place }: FollowedEvent, certificate: Certificate) {
  const { fingerprint, subject, device, algorithm, notBefore, notAfter } = certificate
  return certificates.row(place, {
    time,
    fingerprint,
    manufacturer: subject.organization ?? '',
    serial: subject.serialNumber ?? '',
    common_name: subject.commonName,
    algorithm,
    model: device?.model ?? '',
    batch: device?.batch ?? '',
    firmware: firmwareBytes(device?.firmware ?? []),
    not_before: notBefore,
    not_after: notAfter,
  })
}

function revokedRow({ time }: FollowedBlock, { place, body }: FollowedEvent) {
  const { fingerprint, reason } = decodeAs(certificateRevoked.body, body)
  return changes.row(place, { time, fingerprint, state: 'revoked', reason })
}

function massRevokedRow({ time }: FollowedBlock, { place, body }: FollowedEvent) {
  const { manufacturer, revocation } = decodeAs(certificatesMassRevoked.body, body)
  const { reason, model, batch, firmwareBelow, serials } = decodeAs(MassRevocation, revocation)
  return massRevocations.row(place, {
    time,
    manufacturer,
    reason,
    model,
    batch,
    firmware_below: firmwareBelow === undefined ? undefined : firmwareBytes(firmwareBelow),
    serial_from: serials?.from,
    serial_to: serials?.to,
  })
}
