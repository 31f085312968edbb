/** Certificates in one publish operation, and fingerprints in one revoke operation. */
export const maximumBatch = 1000

/** States that a certificate can have gone through: publish, hold and release many times, an end. */
export const maximumStates = 64
