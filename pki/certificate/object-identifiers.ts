/** The object identifiers that this folder knows, in dotted text. */

/** Attribute types of names (X.520; RFC 5280 appendix A). */
export const attributeType = {
  commonName: '2.5.4.3',
  serialNumber: '2.5.4.5',
  country: '2.5.4.6',
  organization: '2.5.4.10',
  organizationalUnit: '2.5.4.11',
} as const

/**
 * The device extension of this ledger: chain, model, batch and firmware. The arc is the one that RFC 5612 sets aside for
 * examples; this constant is the only place that changes once a number is registered.
 */
export const deviceExtension = '1.3.6.1.4.1.32473.7.1'

/** Extensions that are read (RFC 5280 section 4.2.1), and the ledger's own. */
export const extensionId = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
  device: deviceExtension,
} as const

/** Purposes of extKeyUsage (RFC 5280 section 4.2.1.12; RFC 4945 section 5.1.3.12). */
export const keyPurpose = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  ipsecIke: '1.3.6.1.5.5.7.3.17',
} as const

/** otherName of subjectAltName that carries a device's hardware type and serial number (RFC 4108 section 5). */
export const hardwareModuleName = '1.3.6.1.5.5.7.8.4'
