import {
  type BusinessDate,
  type Currencies,
  type GlCode,
  type Instant,
  prevailing,
  type Rejection,
  reject,
} from '@plinth/kernel'
import type { Actor } from '@plinth/tenancy'
import { isSamePerson } from '@plinth/tenancy/domain'
import {
  checksumOf,
  type Product,
  type ProductVersion,
  type ProductVersionId,
  parametersText,
  type VersionChange,
  type VersionStatus,
} from './product.js'
import type {
  ChangeProductVersion,
  CreateProduct,
  DecideProductVersion,
  DraftProductVersion,
  ProductCommand,
  SubmitProductVersion,
} from './product-command.js'
import { type GlMapping, glTypesOf, type ProductParameters } from './product-parameters.js'

/** What a decision on the catalogue reads. */
export interface Catalogue {
  readonly product: Product | undefined
  /** Those that the parameters at hand name, as far as there are any. */
  readonly glAccounts: ReadonlyMap<GlCode, { readonly type: string; readonly postable: boolean }>
  readonly currencies: Currencies
  readonly businessDate: BusinessDate
  readonly now: Instant
  readonly actor: Actor
  /** Of a version that is drafted. */
  readonly newVersionId: ProductVersionId
}

/** The product as a command leaves it, and the version that it made or changed. */
export interface ProductChanged {
  readonly kind: 'product_changed'
  readonly product: Product
  readonly version: ProductVersion | undefined
}

/** What a command does to the catalogue. Every version is made by somebody, and decided by somebody else (ADR 0016). */
export function decideProduct(command: ProductCommand, catalogue: Catalogue): ProductChanged | Rejection {
  switch (command.type) {
    case 'create_product':
      return decideCreate(command, catalogue)
    case 'draft_product_version':
      return decideDraft(command, catalogue)
    case 'change_product_version':
      return decideChange(command, catalogue)
    case 'submit_product_version':
      return decideSubmit(command, catalogue)
    case 'approve_product_version':
    case 'reject_product_version':
      return decideVerdict(command, catalogue)
  }
}

function decideCreate(
  { productCode, name }: CreateProduct,
  { product, now }: Catalogue,
): ProductChanged | Rejection {
  if (product !== undefined)
    return reject('condition_failed', `There is a product ${productCode} already.`, { condition: 'new' })
  const created: Product = { productCode, name, createdAt: now, versions: [], rowVersion: 1 }
  return { kind: 'product_changed', product: created, version: undefined }
}

function decideDraft(command: DraftProductVersion, catalogue: Catalogue): ProductChanged | Rejection {
  const { product, actor, newVersionId } = catalogue
  const { productCode, effectiveFrom, parameters, reason } = command
  if (product === undefined) return noProduct(productCode)
  const draft: ProductVersion = {
    versionId: newVersionId,
    version: product.versions.length + 1,
    status: 'draft',
    effectiveFrom,
    parameters,
    makers: [actor],
    history: [],
  }
  return asChanged(product, noted(draft, 'drafted', { catalogue, reason }))
}

function decideChange(command: ChangeProductVersion, catalogue: Catalogue): ProductChanged | Rejection {
  const found = versionIn(catalogue, command, 'draft')
  if ('kind' in found) return found
  const { product, version, fault } = found
  if (fault !== undefined) return fault
  const { effectiveFrom = version.effectiveFrom, parameters = version.parameters, reason } = command
  const changed = withMaker({ ...version, effectiveFrom, parameters }, catalogue.actor)
  return asChanged(product, noted(changed, 'changed', { catalogue, reason }))
}

function decideSubmit(command: SubmitProductVersion, catalogue: Catalogue): ProductChanged | Rejection {
  const found = versionIn(catalogue, command, 'draft')
  if ('kind' in found) return found
  const { product, version, fault: ofStatus } = found
  const fault = firstOf([ofStatus, faultOfGl(version.parameters, catalogue), faultOfKind(product, version)])
  if (fault !== undefined) return fault
  const submitted = withMaker({ ...version, status: 'submitted' }, catalogue.actor)
  return asChanged(product, noted(submitted, 'submitted', { catalogue, reason: command.reason }))
}

function decideVerdict(command: DecideProductVersion, catalogue: Catalogue): ProductChanged | Rejection {
  const found = versionIn(catalogue, command, 'submitted')
  if ('kind' in found) return found
  const { product, version, fault: ofStatus } = found
  const { checksum, reason } = command
  const faults = [ofStatus]
  if (checksum !== undefined && checksum !== checksumOf(parametersText(version.parameters)))
    faults.push(
      failed('checksum', `${nameOf(product, version)} does not have the parameters that were meant.`),
    )
  if (version.makers.some((maker) => isSamePerson(maker, catalogue.actor))) {
    const detail = `${nameOf(product, version)} is decided by somebody who had no hand in making it.`
    faults.push(reject('self_approval', detail))
  }
  const approves = command.type === 'approve_product_version'
  if (approves)
    faults.push(
      faultOfGl(version.parameters, catalogue),
      faultOfKind(product, version),
      faultOfDate(product, version, catalogue),
    )
  const fault = firstOf(faults)
  if (fault !== undefined) return fault
  const status = approves ? 'approved' : 'rejected'
  return asChanged(product, noted({ ...version, status }, status, { catalogue, reason }))
}

const firstOf = (faults: readonly (Rejection | undefined)[]): Rejection | undefined =>
  faults.reduce(prevailing, undefined)

/**
 * Accounts keep their currency and their GL account for life, and take on the newer versions of their product: all approved
 * versions of a product agree in both.
 */
function faultOfKind(product: Product, { version, parameters }: ProductVersion): Rejection | undefined {
  const before = product.versions.find((each) => each.status === 'approved' && each.version !== version)
  if (before === undefined) return undefined
  const kept = [
    { condition: 'currency', is: parameters.currency, was: before.parameters.currency },
    {
      condition: 'glMapping.customerGlCode',
      is: parameters.glMapping.customerGlCode,
      was: before.parameters.glMapping.customerGlCode,
    },
  ]
  const other = kept.find(({ is, was }) => is !== was)
  if (other === undefined) return undefined
  const { condition, is, was } = other
  const detail = `The ${condition} of product ${product.productCode} is ${was} for good and cannot become ${is}.`
  return failed(condition, detail)
}

/** From when an approved version is in force: not in the past, and not behind a newer one, which would hide it for ever. */
function faultOfDate(
  product: Product,
  version: ProductVersion,
  { businessDate }: Catalogue,
): Rejection | undefined {
  const { effectiveFrom } = version
  if (effectiveFrom < businessDate)
    return failed(
      'effectiveFrom',
      `${nameOf(product, version)} would be effective from ${effectiveFrom}, before the business date ${businessDate}.`,
    )
  const newer = product.versions.find(
    (each) =>
      each.version > version.version && each.status === 'approved' && each.effectiveFrom <= effectiveFrom,
  )
  return newer === undefined
    ? undefined
    : failed('newest', `Version ${newer.version}, which is newer, is approved from ${newer.effectiveFrom}.`)
}

/** Every GL account that is mapped is there, postable and of a fitting type. The chart never changes, so it stays so. */
function faultOfGl({ glMapping }: ProductParameters, { glAccounts }: Catalogue): Rejection | undefined {
  let fault: Rejection | undefined
  for (const [name, code] of Object.entries(glMapping) as [keyof GlMapping, GlCode][]) {
    const found = glAccounts.get(code)
    if (found === undefined || !found.postable) {
      const what = found === undefined ? 'is not there' : 'is a heading'
      const facts = { glAccount: name }
      fault = prevailing(
        fault,
        reject('gl_account_not_found', `GL account ${code}, for ${name}, ${what}.`, facts),
      )
    } else if (!glTypesOf[name].includes(found.type)) {
      const wanted = glTypesOf[name].join(' or ')
      fault = prevailing(
        fault,
        failed(
          `glMapping.${name}`,
          `GL account ${code}, for ${name}, is of type ${found.type}, not ${wanted}.`,
        ),
      )
    }
  }
  return fault
}

const failed = (condition: string, detail: string): Rejection =>
  reject('condition_failed', detail, { condition })

/** The rejection of a command that names no product, or none that could be used. */
export const noProduct = (productCode: string): Rejection =>
  reject('product_not_found', `There is no product ${productCode}.`, { productCode })

/** The version that a command names, and what is wrong with it if its status is not the one it has to have. */
function versionIn(
  { product }: Catalogue,
  { productCode, version: number }: { productCode: string; version: number },
  wanted: VersionStatus,
): { product: Product; version: ProductVersion; fault: Rejection | undefined } | Rejection {
  const version = product?.versions[number - 1]
  if (product === undefined) return noProduct(productCode)
  if (version === undefined)
    return reject('product_not_found', `Product ${productCode} has no version ${number}.`, { productCode })
  const detail = `${nameOf(product, version)} is ${version.status}, and this is done to one that is ${wanted}.`
  const fault = version.status === wanted ? undefined : reject('status_transition_invalid', detail)
  return { product, version, fault }
}

const nameOf = ({ productCode }: Product, { version }: ProductVersion): string =>
  `Version ${version} of product ${productCode}`

const withMaker = (version: ProductVersion, actor: Actor): ProductVersion => ({
  ...version,
  makers: [
    ...version.makers.filter(
      ({ subject, onBehalfOf }) => subject !== actor.subject || onBehalfOf !== actor.onBehalfOf,
    ),
    actor,
  ],
})

function noted(
  version: ProductVersion,
  change: VersionChange['change'],
  { catalogue, reason }: { catalogue: Catalogue; reason: string | undefined },
): ProductVersion {
  const { actor, now } = catalogue
  const checksum = checksumOf(parametersText(version.parameters))
  return { ...version, history: [...version.history, { change, actor, at: now, reason, checksum }] }
}

function asChanged(product: Product, version: ProductVersion): ProductChanged {
  const versions = [...product.versions]
  versions[version.version - 1] = version
  return {
    kind: 'product_changed',
    product: { ...product, versions, rowVersion: product.rowVersion + 1 },
    version,
  }
}
