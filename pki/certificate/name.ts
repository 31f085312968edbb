/** Distinguished names (RFC 5280 section 4.1.2.4), narrowed to what names a device and who made it. */
import type { DistinguishedName, NameAttribute, NameAttributeWord } from './certificate.ts'
import { type DerReader, der, tag } from './der/index.ts'
import { certificateError } from './errors.ts'
import { attributeType } from './object-identifiers.ts'

type AttributeRow = {
  readonly field: NameAttributeWord
  readonly forms: readonly NameAttribute['form'][]
  readonly maximum: number
}

/** Forms and upper bounds, in characters, of RFC 5280 appendix A. */
const attributes: ReadonlyMap<string, AttributeRow> = new Map([
  [attributeType.country, { field: 'country', forms: ['printable'], maximum: 2 }],
  [attributeType.organization, { field: 'organization', forms: ['utf8', 'printable'], maximum: 64 }],
  [attributeType.organizationalUnit, { field: 'organizationalUnit', forms: ['utf8', 'printable'], maximum: 64 }],
  [attributeType.commonName, { field: 'commonName', forms: ['utf8', 'printable'], maximum: 64 }],
  [attributeType.serialNumber, { field: 'serialNumber', forms: ['printable'], maximum: 64 }],
])

/**
 * Reads a name of 1 to 5 attributes, each in a set of its own and each type once: a second O or CN would leave open
 * which one counts. Empty names are refused, also for a subject, where RFC 5280 would allow one beside a critical
 * subjectAltName: here a device is found by its name.
 * @throws certificate.name-empty, certificate.name-multi-valued,
 *   certificate.name-attribute, certificate.name-attribute-repeated, certificate.country and the codes of `der`
 */
export function readName(reader: DerReader): DistinguishedName {
  const offset = reader.offset
  const content = reader.enter(tag.sequence)
  const bytes = reader.bytes.subarray(offset, content.end)
  if (content.atEnd) throw certificateError('name-empty', { offset })
  const list: NameAttribute[] = []
  const fields: Partial<Record<NameAttributeWord, string>> = {}
  while (!content.atEnd) {
    list.push(readAttribute(content, fields))
  }
  return { der: bytes, attributes: list, ...fields }
}

/** Reads a name that may be `other` again, byte for byte, as a self-issued certificate has its subject: then it is `other`. */
export function readNameBeside(reader: DerReader, other: DistinguishedName): DistinguishedName {
  const { offset } = reader
  const { length } = other.der
  const isSame =
    offset + length <= reader.end && other.der.every((byte, index) => byte === reader.bytes[offset + index])
  if (!isSame) return readName(reader)
  reader.element(tag.sequence)
  return other
}

/** The reverse of `readName`, for names that are given as attributes. */
export function writeName(list: readonly NameAttribute[]): Uint8Array {
  return der.sequence(
    ...list.map(({ type, form, text }) =>
      der.element(tag.set, der.sequence(der.objectIdentifier(type), der.text(form, text))),
    ),
  )
}

/** Notes the text in `fields` as well. */
function readAttribute(reader: DerReader, fields: Partial<Record<NameAttributeWord, string>>): NameAttribute {
  const offset = reader.offset
  const set = reader.enter(tag.set)
  const pair = set.enter(tag.sequence)
  if (!set.atEnd) throw certificateError('name-multi-valued', { offset })
  const type = pair.objectIdentifier()
  const row = attributes.get(type)
  if (row === undefined) throw certificateError('name-attribute', { offset, attribute: type })
  const { field, forms, maximum } = row
  let form = forms[0]!
  for (const other of forms) if (pair.nextIs(other === 'utf8' ? tag.utf8String : tag.printableString)) form = other
  const text = pair.text(form, maximum)
  pair.close()
  if (fields[field] !== undefined) throw certificateError('name-attribute-repeated', { offset, attribute: field })
  if (field === 'country' && !/^[A-Z]{2}$/.test(text)) throw certificateError('country', { offset, country: text })
  fields[field] = text
  return { type, text, form }
}
