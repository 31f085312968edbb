/** Identifier octets (X.690 section 8.1.2) of the types that certificates hold. */
export const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** `[number]` of a type that is made of other elements, or tagged explicitly. */
export function constructed(number: number): number {
  return 0xa0 | number
}

/** `[number] IMPLICIT` of a type with plain content. */
export function primitive(number: number): number {
  return 0x80 | number
}

const names: ReadonlyMap<number, string> = new Map(
  Object.entries({
    BOOLEAN: tag.boolean,
    INTEGER: tag.integer,
    'BIT STRING': tag.bitString,
    'OCTET STRING': tag.octetString,
    NULL: tag.null,
    'OBJECT IDENTIFIER': tag.objectIdentifier,
    UTF8String: tag.utf8String,
    PrintableString: tag.printableString,
    IA5String: tag.ia5String,
    UTCTime: tag.utcTime,
    GeneralizedTime: tag.generalizedTime,
    SEQUENCE: tag.sequence,
    SET: tag.set,
  }).map(([name, octet]) => [octet, name]),
)

/** The notation of ASN.1 for an identifier octet, for messages. */
export function tagName(octet: number): string {
  if ((octet & 0xc0) === 0x80) return `[${octet & 0x1f}]${(octet & 0x20) === 0 ? ' primitive' : ''}`
  return names.get(octet) ?? `identifier octet 0x${octet.toString(16).padStart(2, '0')}`
}
