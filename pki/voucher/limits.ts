/** Keys that sign one voucher: more than any line's threshold. */
export const maximumVoucherKeys = 8

/** Bytes of one voucher: eight P-256 keys with their signatures and the longest serials fit. */
export const maximumVoucherBytes = 1536

/** Vouchers that stay decoded: a line works with a handful, and each serves thousands of certificates. */
export const keptVouchers = 64
