/** The delete rules as data of a business (contract section 4); `customers/plan-delete.ts` evaluates them. Pure. */

export interface DeleteRules {
  protected_statuses: string[];
  protected_tags: string[];
  /** Kinds of references that `force=true` passes over. */
  soft_reference_kinds: string[];
  /** How many days a deleted record can be restored; then it is purged. */
  retention_days: number;
}

export const NO_RULES: DeleteRules = {
  protected_statuses: [],
  protected_tags: [],
  soft_reference_kinds: [],
  retention_days: 30,
};

/** What `businesses.settings` holds. */
export interface BusinessSettings {
  delete_rules?: Partial<DeleteRules>;
}

/** The rules of a business; those it never set are as at first. */
export const deleteRulesOf = (settings: BusinessSettings): DeleteRules => ({
  ...NO_RULES,
  ...settings.delete_rules,
});
