export type { ProductChanged } from './domain/decide-product.js'
export type { Product, ProductVersion, ProductVersionId } from './domain/product.js'
export type {
  ChangeProductVersion,
  CreateProduct,
  DecideProductVersion,
  DraftProductVersion,
  ProductCommand,
  SubmitProductVersion,
} from './domain/product-command.js'
export type {
  EligibilityRule,
  Fee,
  GlMapping,
  InterestTier,
  ProductParameters,
} from './domain/product-parameters.js'
export type { CapturedTerms, Eligibility } from './domain/terms.js'
export {
  type ExpectedProduct,
  expectProducts,
  listProducts,
  type ProductPage,
  readProducts,
  writeProducts,
} from './infrastructure/product-store.js'
export { readStoredParameters, type StoredParameters } from './infrastructure/verify-reader.js'
