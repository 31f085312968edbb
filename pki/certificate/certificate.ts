import type { AlgorithmName, PublicKey } from '../../src/codec/index.ts'

/** One attribute of a name, in its place. */
export type NameAttribute = {
  /** The attribute's type as an object identifier. */
  readonly type: string
  readonly text: string
  readonly form: 'utf8' | 'printable'
}

/** The attributes that a name may have, by their names in this ledger. */
export const nameAttributes = ['country', 'organization', 'organizationalUnit', 'commonName', 'serialNumber'] as const
export type NameAttributeWord = (typeof nameAttributes)[number]

/** A distinguished name whose attributes occur at most once each. */
export type DistinguishedName = Readonly<Partial<Record<NameAttributeWord, string>>> & {
  /** The name as encoded: names are equal when these bytes are. */
  readonly der: Uint8Array
  readonly attributes: readonly NameAttribute[]
}

/** One extension in its place; `value` is the content of extnValue. */
export type Extension = { readonly id: string; readonly critical: boolean; readonly value: Uint8Array }

/** The bits of keyUsage (RFC 5280 section 4.2.1.3); the index is the bit number. */
export const keyUsages = [
  'digitalSignature',
  'contentCommitment',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const
export type KeyUsage = (typeof keyUsages)[number]

/** One name of subjectAltName (RFC 5280 section 4.2.1.6). */
export type AlternativeName =
  | { readonly kind: 'dns'; readonly name: string }
  | { readonly kind: 'uri'; readonly uri: string }
  /** 4 octets for IPv4, 16 for IPv6. */
  | { readonly kind: 'ip'; readonly address: Uint8Array }
  /** RFC 4108 section 5: the type of hardware as an object identifier, and its serial number. */
  | { readonly kind: 'hardware-module'; readonly hardwareType: string; readonly serialNumber: Uint8Array }

/** What the ledger's own extension says of a device. */
export type DeviceDescription = {
  /** The id of the chain that the certificate is made for. */
  readonly chain: string
  readonly model: string
  readonly batch: string
  /** The version as numbers, most significant first: `[2, 10, 7]`. */
  readonly firmware: readonly number[]
}

/** The values of the extensions that are read; an absent extension leaves its field out. */
export type ExtensionValues = {
  readonly basicConstraints?: { readonly authority: boolean; readonly pathLength?: number }
  readonly keyUsage?: readonly KeyUsage[]
  /** Purposes as object identifiers. */
  readonly extendedKeyUsage?: readonly string[]
  readonly subjectKeyIdentifier?: Uint8Array
  readonly authorityKeyIdentifier?: Uint8Array
  readonly alternativeNames?: readonly AlternativeName[]
  readonly device?: DeviceDescription
}

/** A parsed X.509 v3 certificate. Byte fields are views of `der`. */
export type Certificate = ExtensionValues & {
  readonly der: Uint8Array
  /** SHA-256 of `der`. */
  readonly fingerprint: Uint8Array
  /** What the signature covers. */
  readonly toBeSigned: Uint8Array
  readonly algorithm: AlgorithmName
  /** In COSE form (RFC 9053 section 2): `r | s` for ES256, 64 bytes for EdDSA. */
  readonly signature: Uint8Array
  /** Big-endian, positive, without leading zero octets. */
  readonly serialNumber: Uint8Array
  readonly issuer: DistinguishedName
  readonly subject: DistinguishedName
  /** Issuer and subject are the same name. Says nothing of the signature: see `verifySelfSignature`. */
  readonly selfIssued: boolean
  /** Milliseconds since 1970; both ends belong to the period. */
  readonly notBefore: bigint
  readonly notAfter: bigint
  readonly key: PublicKey
  /** All extensions, in their order. */
  readonly extensions: readonly Extension[]
  /** Non-critical extensions whose meaning is not known here, as object identifiers in their order. */
  readonly unknownExtensions: readonly string[]
}
