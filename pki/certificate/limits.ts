/** One certificate in DER. A device certificate has 400 to 800 bytes; a long name and ten alternative names fit well. */
export const maximumCertificateBytes = 8 * 1024

/** Content octets of a serial number (RFC 5280 section 4.1.2.2). */
export const maximumSerialNumberOctets = 20

/** Extensions in a certificate. */
export const maximumExtensions = 32

/** Purposes in extKeyUsage. */
export const maximumExtendedKeyUsages = 16

/** Names in subjectAltName. */
export const maximumAlternativeNames = 16

/** Octets of a key identifier: SHA-512 fits (RFC 5280 section 4.2.1.2 leaves the length open). */
export const maximumKeyIdentifierOctets = 64

/** Octets of hwSerialNum (RFC 4108 section 5 leaves the length open). */
export const maximumHardwareSerialOctets = 64

/** Characters of a URI among the alternative names. */
export const maximumUriCharacters = 255

/** pathLenConstraint: no real chain is longer. */
export const maximumPathLength = 255

/** Characters of model and batch in the device extension. */
export const maximumDeviceTextCharacters = 64

/** Numbers in a firmware version, such as 3 for 2.10.7. */
export const maximumFirmwareNumbers = 8

/** One number of a firmware version: PostgreSQL's `integer` and every signed 32-bit reader hold it. */
export const maximumFirmwareNumber = 2 ** 31 - 1

/** Certificates in one PEM file: a production batch of a shift. */
export const maximumBundleCertificates = 1000
