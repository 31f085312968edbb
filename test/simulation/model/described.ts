/** Transactions as whoever made them knows them: the model never reads their bytes. */
import type { Algorithm, MassRevocation, MemberState, ModelKey, ParameterValue, PurposeKeys } from './state.ts'

export type DescribedTransaction = UnreadableTransaction | ReadableTransaction

export type UnreadableTransaction = { readonly readable: false }

export type ReadableTransaction = {
  readonly readable: true
  /** SHA-256 of the payload. */
  readonly id: string
  readonly chain: string
  readonly validUntil: bigint
  readonly signaturesHold: boolean
  readonly signers: readonly DescribedSigner[]
  readonly operations: readonly DescribedOperation[]
}

export type DescribedSigner = { readonly kind: string; readonly subject: string; readonly key: ModelKey }

/** What can be read of a certificate; `flaw` is the code with which its form alone is refused. */
export type DescribedCertificate =
  | { readonly flaw: string }
  | {
      readonly flaw?: undefined
      readonly der: Uint8Array
      readonly fingerprint: string
      readonly chain: string
      readonly manufacturer: string
      readonly serial: string
      readonly key: ModelKey
      readonly model: string
      readonly batch: string
      readonly firmware: readonly number[]
      readonly notBefore: bigint
      readonly notAfter: bigint
      readonly hardwareModule: boolean
      readonly selfSigned: boolean
    }
export type ReadCertificate = Extract<DescribedCertificate, { readonly flaw?: undefined }>

export type DescribedVoucher =
  | { readonly flaw: 'voucher.malformed' }
  | {
      readonly flaw?: undefined
      readonly chain: string
      readonly manufacturer: string
      readonly from: string
      readonly to: string
      readonly expires: bigint
      readonly keys: readonly ModelKey[]
      readonly signaturesHold: boolean
    }
export type ReadVoucher = Extract<DescribedVoucher, { readonly flaw?: undefined }>

export type DescribedOperation =
  /** Its form is refused with this code, whatever the state is. */
  | { readonly type: 'flawed'; readonly code: string }
  | { readonly type: 'publish'; readonly items: readonly { readonly certificate: DescribedCertificate }[] }
  | {
      readonly type: 'publish-vouched'
      readonly items: readonly { readonly certificate: DescribedCertificate; readonly voucher: DescribedVoucher }[]
    }
  | { readonly type: 'revoke'; readonly items: readonly { readonly fingerprint: string; readonly reason: string }[] }
  | {
      readonly type: 'mass-revoke'
      readonly manufacturer: string
      readonly predicate: Omit<MassRevocation, 'serials'>
      readonly serialFrom?: string
      readonly serialTo?: string
    }
  | {
      readonly type: 'set-parameter'
      readonly module: string
      readonly name: string
      /** Undefined when the bytes do not fit the parameter. */
      readonly value: ParameterValue | undefined
      readonly at: bigint
    }
  | {
      readonly type: 'rotate-keys'
      readonly member: string
      readonly keys: PurposeKeys
      readonly possessionHolds: boolean
    }
  | { readonly type: 'set-member-state'; readonly member: string; readonly state: MemberState }
  | { readonly type: 'withdraw-algorithm'; readonly algorithm: Algorithm }
  | { readonly type: 'switch-protocol'; readonly version: number; readonly height: bigint }

export type OperationOf<Type extends DescribedOperation['type']> = Extract<DescribedOperation, { readonly type: Type }>
