/** The extensions of a certificate (RFC 5280 section 4.2): one row for each that is read, and the walk over them. */
import { readAlternativeNames } from './alternative-name.ts'
import { type Extension, type ExtensionValues, type KeyUsage, keyUsages } from './certificate.ts'
import { type DerReader, der, primitive, tag } from './der/index.ts'
import { readDeviceDescription } from './device-extension.ts'
import { certificateError } from './errors.ts'
import { maximumExtendedKeyUsages, maximumExtensions, maximumKeyIdentifierOctets, maximumPathLength } from './limits.ts'
import { extensionId } from './object-identifiers.ts'

type ExtensionRow = {
  /** Extensions that RFC 5280 wants non-critical, and the ledger's own, are refused when they are marked critical. */
  readonly mayBeCritical: boolean
  readonly read: (value: DerReader) => ExtensionValues
}

const rows: ReadonlyMap<string, ExtensionRow> = new Map<string, ExtensionRow>([
  [
    extensionId.basicConstraints,
    { mayBeCritical: true, read: (value) => ({ basicConstraints: readConstraints(value) }) },
  ],
  [extensionId.keyUsage, { mayBeCritical: true, read: (value) => ({ keyUsage: readKeyUsage(value) }) }],
  [extensionId.extKeyUsage, { mayBeCritical: true, read: (value) => ({ extendedKeyUsage: readPurposes(value) }) }],
  [
    extensionId.subjectAltName,
    { mayBeCritical: true, read: (value) => ({ alternativeNames: readAlternativeNames(value) }) },
  ],
  [
    extensionId.subjectKeyIdentifier,
    {
      mayBeCritical: false,
      read: (value) => ({ subjectKeyIdentifier: value.octetString(maximumKeyIdentifierOctets) }),
    },
  ],
  [
    extensionId.authorityKeyIdentifier,
    { mayBeCritical: false, read: (value) => ({ authorityKeyIdentifier: readAuthorityKeyIdentifier(value) }) },
  ],
  [extensionId.device, { mayBeCritical: false, read: (value) => ({ device: readDeviceDescription(value) }) }],
])

/** What `readExtensions` finds. */
export type Extensions = {
  readonly list: readonly Extension[]
  readonly values: ExtensionValues
  readonly unknown: readonly string[]
}

/**
 * Reads the extensions' SEQUENCE: each at most once, known ones strictly, unknown ones only when they are not critical.
 * @throws certificate.extensions-count, certificate.extension-repeated, certificate.extension-unknown-critical,
 *   certificate.extension-critical, the codes of each extension and of `der`
 */
export function readExtensions(reader: DerReader): Extensions {
  const offset = reader.offset
  const sequence = reader.enter(tag.sequence)
  const list: Extension[] = []
  const unknown: string[] = []
  const values: ExtensionValues = {}
  while (!sequence.atEnd && list.length < maximumExtensions) {
    const start = sequence.offset
    const { id, critical, value } = readExtension(sequence)
    if (list.some((other) => other.id === id)) {
      throw certificateError('extension-repeated', { offset: start, extension: id })
    }
    const content = value.bytes.subarray(value.offset, value.end)
    const row = rows.get(id)
    if (row === undefined) {
      if (critical) throw certificateError('extension-unknown-critical', { offset: start, extension: id })
      unknown.push(id)
    } else {
      if (critical && !row.mayBeCritical) throw certificateError('extension-critical', { offset: start, extension: id })
      Object.assign(values, row.read(value))
      value.close()
    }
    list.push({ id, critical, value: content })
  }
  if (list.length === 0 || !sequence.atEnd) {
    throw certificateError('extensions-count', { offset, limit: maximumExtensions })
  }
  return { list, values, unknown }
}

/** One extension, from its value's DER. */
export function writeExtension(id: string, critical: boolean, value: Uint8Array): Uint8Array {
  const head = critical ? [der.objectIdentifier(id), der.boolean(true)] : [der.objectIdentifier(id)]
  return der.sequence(...head, der.octetString(value))
}

export function writeKeyUsage(usages: readonly KeyUsage[]): Uint8Array {
  return der.namedBits(new Set(usages.map((usage) => keyUsages.indexOf(usage))))
}

function readExtension(reader: DerReader): { id: string; critical: boolean; value: DerReader } {
  const content = reader.enter(tag.sequence)
  const id = content.objectIdentifier()
  const critical = content.booleanOrFalse()
  const value = content.enter(tag.octetString)
  content.close()
  return { id, critical, value }
}

function readConstraints(reader: DerReader): { authority: boolean; pathLength?: number } {
  const content = reader.enter(tag.sequence)
  const authority = content.booleanOrFalse()
  if (content.atEnd) return { authority }
  if (!authority) throw certificateError('path-length', { offset: content.offset })
  const pathLength = content.smallInteger(maximumPathLength)
  content.close()
  return { authority, pathLength }
}

function readKeyUsage(reader: DerReader): readonly KeyUsage[] {
  const offset = reader.offset
  const bits = reader.namedBits(keyUsages.length)
  if (bits.size === 0) throw certificateError('key-usage-empty', { offset })
  return keyUsages.filter((_, bit) => bits.has(bit))
}

function readPurposes(reader: DerReader): readonly string[] {
  const offset = reader.offset
  const content = reader.enter(tag.sequence)
  const purposes: string[] = []
  while (!content.atEnd && purposes.length < maximumExtendedKeyUsages) {
    const start = content.offset
    const purpose = content.objectIdentifier()
    if (purposes.includes(purpose)) throw certificateError('extended-key-usage-repeated', { offset: start, purpose })
    purposes.push(purpose)
  }
  if (purposes.length === 0 || !content.atEnd) {
    throw certificateError('extended-key-usages-count', { offset, limit: maximumExtendedKeyUsages })
  }
  return purposes
}

/** The form that RFC 5280 section 4.2.1.1 asks of every issuer: the key identifier, alone. */
function readAuthorityKeyIdentifier(reader: DerReader): Uint8Array {
  const content = reader.enter(tag.sequence)
  const identifier = content.octetString(maximumKeyIdentifierOctets, primitive(0))
  content.close()
  return identifier
}
