/** Generated from /openapi.json by test/http/console-types.test.ts; changes by hand are lost. */
export interface paths {
    "/api/v2/customers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listCustomers"];
        put: operations["upsertCustomer"];
        post: operations["createCustomer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/customers/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["upsertCustomers"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/customers/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["exportCustomers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/customers/growth": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getCustomerGrowth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/customers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getCustomer"];
        put: operations["putCustomer"];
        post?: never;
        delete: operations["deleteCustomer"];
        options?: never;
        head?: never;
        patch: operations["updateCustomer"];
        trace?: never;
    };
    "/api/v2/customers/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["restoreCustomer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/customers/{id}/erase": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["eraseCustomer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/customers/{id}/merge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["mergeCustomers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/customers/{id}/unmerge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["unmergeCustomers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/duplicates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listDuplicates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/duplicates/{id}/dismiss": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["dismissDuplicate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/duplicates/{id}/reopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["reopenDuplicate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/customers/{id}/references": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listReferences"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/customers/{id}/references/{kind}/{ref}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["putReference"];
        post?: never;
        delete: operations["removeReference"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/customers/{id}/legal-hold": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["placeLegalHold"];
        post?: never;
        delete: operations["liftLegalHold"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/customers/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listCustomerEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/customers/{id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["exportCustomer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listImports"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/imports/{id}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["undoImport"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/demo-customers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["addDemoCustomers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/locations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listLocations"];
        put?: never;
        post: operations["createLocation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/locations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getLocation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch: operations["updateLocation"];
        trace?: never;
    };
    "/api/v2/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listApiKeys"];
        put?: never;
        post: operations["createApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/api-keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["rotateApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["revokeApiKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/api-keys/{id}/uses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listApiKeyUses"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/delete-rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getDeleteRules"];
        put: operations["setDeleteRules"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getSession"];
        put?: never;
        post: operations["beginSession"];
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: never;
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listCustomers: {
        parameters: {
            query?: {
                page?: number;
                page_size?: number;
                q?: string;
                location_id?: string;
                status?: "lead" | "active" | "inactive" | "blocked";
                tag?: string[];
                source?: string;
                created_after?: string;
                created_before?: string;
                updated_after?: string;
                sort?: "-created_at" | "created_at" | "-updated_at" | "updated_at" | "name" | "-name";
                cursor?: string;
                as_of?: string;
                deleted?: boolean;
                import_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "success": true,
                     *       "message": "Customers fetched!",
                     *       "body": {
                     *         "items": [
                     *           {
                     *             "id": "019a6d6a-9c3b-7c1e-8a51-3f7e0c5d2b10",
                     *             "location_id": "019a6d6a-8f00-7d2c-9b64-1c2d3e4f5a6b",
                     *             "name": "Mikayla Malloney",
                     *             "company_name": null,
                     *             "address": "1 High St, Dapto NSW 2530",
                     *             "avatar": null,
                     *             "status": "active",
                     *             "email": "mikayla@example.com",
                     *             "phone": "+61412345678",
                     *             "contacts": [
                     *               {
                     *                 "id": "019a6d6a-9c3b-7c1e-8a51-3f7e0c5d2b11",
                     *                 "type": "email",
                     *                 "value": "mikayla@example.com",
                     *                 "raw": "mikayla@example.com",
                     *                 "extension": null,
                     *                 "label": null,
                     *                 "is_primary": true,
                     *                 "matchable": true
                     *               },
                     *               {
                     *                 "id": "019a6d6a-9c3b-7c1e-8a51-3f7e0c5d2b12",
                     *                 "type": "phone",
                     *                 "value": "+61412345678",
                     *                 "raw": "0412 345 678",
                     *                 "extension": null,
                     *                 "label": null,
                     *                 "is_primary": true,
                     *                 "matchable": true
                     *               }
                     *             ],
                     *             "tags": [
                     *               "vip"
                     *             ],
                     *             "source": "website",
                     *             "source_metadata": {
                     *               "utm_campaign": "spring"
                     *             },
                     *             "custom_fields": {},
                     *             "version": 1,
                     *             "created_at": "2026-01-01T00:00:00.000Z",
                     *             "updated_at": "2026-01-01T00:00:00.000Z"
                     *           }
                     *         ],
                     *         "page": 1,
                     *         "page_size": 20,
                     *         "total": 1,
                     *         "total_pages": 1,
                     *         "total_is_lower_bound": false,
                     *         "next_cursor": null,
                     *         "as_of": "2026-01-01T00:00:00.000Z"
                     *       }
                     *     }
                     */
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Customers fetched!";
                        body: {
                            items: {
                                id: string;
                                location_id: string;
                                name: string | null;
                                company_name: string | null;
                                address: string | null;
                                avatar: string | null;
                                /** @enum {string} */
                                status: "lead" | "active" | "inactive" | "blocked";
                                email: string | null;
                                phone: string | null;
                                contacts: {
                                    id: string;
                                    /** @enum {string} */
                                    type: "email" | "phone";
                                    value: string;
                                    raw: string;
                                    extension: string | null;
                                    label: string | null;
                                    is_primary: boolean;
                                    matchable: boolean;
                                }[];
                                tags: string[];
                                source: string | null;
                                source_metadata: {
                                    [key: string]: unknown;
                                };
                                custom_fields: {
                                    [key: string]: unknown;
                                };
                                version: number;
                                created_at: string;
                                updated_at: string;
                                deleted_at?: string;
                            }[];
                            page: number;
                            page_size: number;
                            total: number;
                            total_pages: number;
                            total_is_lower_bound: boolean;
                            next_cursor: string | null;
                            as_of: string;
                        };
                    };
                };
            };
        };
    };
    upsertCustomer: {
        parameters: {
            query?: {
                dry_run?: boolean;
                import_id?: string;
            };
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Mikayla Malloney",
                 *       "email": "mikayla@example.com",
                 *       "phone": "0412 345 678",
                 *       "address": "1 High St, Dapto NSW 2530",
                 *       "added_tags": [
                 *         "vip"
                 *       ],
                 *       "source": "website",
                 *       "source_metadata": {
                 *         "utm_campaign": "spring"
                 *       }
                 *     }
                 */
                "application/json": {
                    name?: string | null;
                    address?: string | null;
                    email?: string | null;
                    phone?: string | null;
                    avatar?: string | null;
                    company_name?: string | null;
                    added_tags?: string[] | null;
                    tags?: string[] | null;
                    source?: string | null;
                    location_id?: string | null;
                    contacts?: {
                        /** @enum {string} */
                        type: "email" | "phone";
                        value: string;
                        label?: string | null;
                        is_primary?: boolean;
                        matchable?: boolean;
                    }[] | null;
                    /** @enum {unknown} */
                    status?: "lead" | "active" | "inactive" | "blocked" | null;
                    do_not_update?: boolean | null;
                    source_metadata?: {
                        [key: string]: unknown;
                    } | null;
                    custom_fields?: {
                        [key: string]: unknown;
                    } | null;
                    /** @enum {unknown} */
                    on_conflict?: "update" | "fail" | null;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "success": true,
                     *       "message": "Customer upserted!",
                     *       "body": {
                     *         "id": "019a6d6a-9c3b-7c1e-8a51-3f7e0c5d2b10",
                     *         "location_id": "019a6d6a-8f00-7d2c-9b64-1c2d3e4f5a6b",
                     *         "name": "Mikayla Malloney",
                     *         "company_name": null,
                     *         "address": "1 High St, Dapto NSW 2530",
                     *         "avatar": null,
                     *         "status": "active",
                     *         "email": "mikayla@example.com",
                     *         "phone": "+61412345678",
                     *         "contacts": [
                     *           {
                     *             "id": "019a6d6a-9c3b-7c1e-8a51-3f7e0c5d2b11",
                     *             "type": "email",
                     *             "value": "mikayla@example.com",
                     *             "raw": "mikayla@example.com",
                     *             "extension": null,
                     *             "label": null,
                     *             "is_primary": true,
                     *             "matchable": true
                     *           },
                     *           {
                     *             "id": "019a6d6a-9c3b-7c1e-8a51-3f7e0c5d2b12",
                     *             "type": "phone",
                     *             "value": "+61412345678",
                     *             "raw": "0412 345 678",
                     *             "extension": null,
                     *             "label": null,
                     *             "is_primary": true,
                     *             "matchable": true
                     *           }
                     *         ],
                     *         "tags": [
                     *           "vip"
                     *         ],
                     *         "source": "website",
                     *         "source_metadata": {
                     *           "utm_campaign": "spring"
                     *         },
                     *         "custom_fields": {},
                     *         "version": 1,
                     *         "created_at": "2026-01-01T00:00:00.000Z",
                     *         "updated_at": "2026-01-01T00:00:00.000Z",
                     *         "upsert": {
                     *           "outcome": "created",
                     *           "matched_on": [],
                     *           "changed": [],
                     *           "conflicts": [],
                     *           "warnings": []
                     *         }
                     *       }
                     *     }
                     */
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Customer upserted!";
                        body: {
                            id: string;
                            location_id: string;
                            name: string | null;
                            company_name: string | null;
                            address: string | null;
                            avatar: string | null;
                            /** @enum {string} */
                            status: "lead" | "active" | "inactive" | "blocked";
                            email: string | null;
                            phone: string | null;
                            contacts: {
                                id: string;
                                /** @enum {string} */
                                type: "email" | "phone";
                                value: string;
                                raw: string;
                                extension: string | null;
                                label: string | null;
                                is_primary: boolean;
                                matchable: boolean;
                            }[];
                            tags: string[];
                            source: string | null;
                            source_metadata: {
                                [key: string]: unknown;
                            };
                            custom_fields: {
                                [key: string]: unknown;
                            };
                            version: number;
                            created_at: string;
                            updated_at: string;
                            upsert: {
                                /** @enum {string} */
                                outcome: "created" | "updated" | "unchanged" | "found";
                                matched_on: ("phone" | "email")[];
                                changed: string[];
                                conflicts: {
                                    field: string;
                                    customer_id: string;
                                }[];
                                warnings: {
                                    code: string;
                                    field: string;
                                    message: string;
                                }[];
                            };
                            previously_deleted?: boolean;
                        };
                    };
                };
            };
        };
    };
    createCustomer: {
        parameters: {
            query?: {
                dry_run?: boolean;
                import_id?: string;
            };
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Harbour Clinic",
                 *       "company_name": "Harbour Clinic Pty Ltd",
                 *       "phone": "(02) 9374 4000",
                 *       "status": "lead",
                 *       "tags": [
                 *         "clinic"
                 *       ]
                 *     }
                 */
                "application/json": {
                    name?: string | null;
                    address?: string | null;
                    company_name?: string | null;
                    source?: string | null;
                    /** @enum {unknown} */
                    status?: "lead" | "active" | "inactive" | "blocked" | null;
                    location_id?: string | null;
                    tags?: string[] | null;
                    contacts?: {
                        /** @enum {string} */
                        type: "email" | "phone";
                        value: string;
                        label?: string | null;
                        is_primary?: boolean;
                        matchable?: boolean;
                    }[] | null;
                    email?: string | null;
                    phone?: string | null;
                    avatar?: string | null;
                    source_metadata?: {
                        [key: string]: unknown;
                    } | null;
                    custom_fields?: {
                        [key: string]: unknown;
                    } | null;
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "success": true,
                     *       "message": "Customer created!",
                     *       "body": {
                     *         "id": "019a6d6a-9c3b-7c1e-8a51-3f7e0c5d2b10",
                     *         "location_id": "019a6d6a-8f00-7d2c-9b64-1c2d3e4f5a6b",
                     *         "name": "Harbour Clinic",
                     *         "company_name": "Harbour Clinic Pty Ltd",
                     *         "address": null,
                     *         "avatar": null,
                     *         "status": "lead",
                     *         "email": null,
                     *         "phone": "+61293744000",
                     *         "contacts": [
                     *           {
                     *             "id": "019a6d6a-9c3b-7c1e-8a51-3f7e0c5d2b13",
                     *             "type": "phone",
                     *             "value": "+61293744000",
                     *             "raw": "(02) 9374 4000",
                     *             "extension": null,
                     *             "label": null,
                     *             "is_primary": true,
                     *             "matchable": true
                     *           }
                     *         ],
                     *         "tags": [
                     *           "clinic"
                     *         ],
                     *         "source": null,
                     *         "source_metadata": {},
                     *         "custom_fields": {},
                     *         "version": 1,
                     *         "created_at": "2026-01-01T00:00:00.000Z",
                     *         "updated_at": "2026-01-01T00:00:00.000Z",
                     *         "warnings": []
                     *       }
                     *     }
                     */
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Customer created!";
                        body: {
                            id: string;
                            location_id: string;
                            name: string | null;
                            company_name: string | null;
                            address: string | null;
                            avatar: string | null;
                            /** @enum {string} */
                            status: "lead" | "active" | "inactive" | "blocked";
                            email: string | null;
                            phone: string | null;
                            contacts: {
                                id: string;
                                /** @enum {string} */
                                type: "email" | "phone";
                                value: string;
                                raw: string;
                                extension: string | null;
                                label: string | null;
                                is_primary: boolean;
                                matchable: boolean;
                            }[];
                            tags: string[];
                            source: string | null;
                            source_metadata: {
                                [key: string]: unknown;
                            };
                            custom_fields: {
                                [key: string]: unknown;
                            };
                            version: number;
                            created_at: string;
                            updated_at: string;
                            warnings: {
                                code: string;
                                field: string;
                                message: string;
                            }[];
                        };
                    };
                };
            };
        };
    };
    upsertCustomers: {
        parameters: {
            query?: {
                dry_run?: boolean;
                import_id?: string;
            };
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "customers": [
                 *         {
                 *           "name": "Mikayla Malloney",
                 *           "email": "mikayla@example.com",
                 *           "phone": "0412 345 678",
                 *           "address": "1 High St, Dapto NSW 2530",
                 *           "added_tags": [
                 *             "vip"
                 *           ],
                 *           "source": "website",
                 *           "source_metadata": {
                 *             "utm_campaign": "spring"
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    customers: {
                        name?: string | null;
                        address?: string | null;
                        email?: string | null;
                        phone?: string | null;
                        avatar?: string | null;
                        company_name?: string | null;
                        added_tags?: string[] | null;
                        tags?: string[] | null;
                        source?: string | null;
                        location_id?: string | null;
                        contacts?: {
                            /** @enum {string} */
                            type: "email" | "phone";
                            value: string;
                            label?: string | null;
                            is_primary?: boolean;
                            matchable?: boolean;
                        }[] | null;
                        /** @enum {unknown} */
                        status?: "lead" | "active" | "inactive" | "blocked" | null;
                        do_not_update?: boolean | null;
                        source_metadata?: {
                            [key: string]: unknown;
                        } | null;
                        custom_fields?: {
                            [key: string]: unknown;
                        } | null;
                        /** @enum {unknown} */
                        on_conflict?: "update" | "fail" | null;
                    }[];
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Customers upserted!";
                        body: {
                            items: ({
                                /** @enum {number} */
                                status: 200;
                                customer: {
                                    id: string;
                                    location_id: string;
                                    name: string | null;
                                    company_name: string | null;
                                    address: string | null;
                                    avatar: string | null;
                                    /** @enum {string} */
                                    status: "lead" | "active" | "inactive" | "blocked";
                                    email: string | null;
                                    phone: string | null;
                                    contacts: {
                                        id: string;
                                        /** @enum {string} */
                                        type: "email" | "phone";
                                        value: string;
                                        raw: string;
                                        extension: string | null;
                                        label: string | null;
                                        is_primary: boolean;
                                        matchable: boolean;
                                    }[];
                                    tags: string[];
                                    source: string | null;
                                    source_metadata: {
                                        [key: string]: unknown;
                                    };
                                    custom_fields: {
                                        [key: string]: unknown;
                                    };
                                    version: number;
                                    created_at: string;
                                    updated_at: string;
                                    upsert: {
                                        /** @enum {string} */
                                        outcome: "created" | "updated" | "unchanged" | "found";
                                        matched_on: ("phone" | "email")[];
                                        changed: string[];
                                        conflicts: {
                                            field: string;
                                            customer_id: string;
                                        }[];
                                        warnings: {
                                            code: string;
                                            field: string;
                                            message: string;
                                        }[];
                                    };
                                    previously_deleted?: boolean;
                                };
                            } | {
                                status: number;
                                code: string;
                                message: string;
                                errors?: {
                                    field: string;
                                    code: string;
                                    message: string;
                                }[];
                            })[];
                            created: number;
                            updated: number;
                            unchanged: number;
                            found: number;
                            failed: number;
                        };
                    };
                };
            };
        };
    };
    exportCustomers: {
        parameters: {
            query?: {
                format?: "csv" | "ndjson";
                q?: string;
                location_id?: string;
                status?: "lead" | "active" | "inactive" | "blocked";
                tag?: string[];
                source?: string;
                created_after?: string;
                created_before?: string;
                updated_after?: string;
                deleted?: boolean;
                import_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
        };
    };
    getCustomerGrowth: {
        parameters: {
            query?: {
                location_id?: string;
                months?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "success": true,
                     *       "message": "Growth fetched!",
                     *       "body": {
                     *         "months": [
                     *           {
                     *             "month": "2025-10",
                     *             "total": 2,
                     *             "sources": [
                     *               {
                     *                 "source": null,
                     *                 "count": 2
                     *               }
                     *             ],
                     *             "other": 0
                     *           },
                     *           {
                     *             "month": "2025-11",
                     *             "total": 15,
                     *             "sources": [
                     *               {
                     *                 "source": "website",
                     *                 "count": 9
                     *               },
                     *               {
                     *                 "source": "walk-in",
                     *                 "count": 3
                     *               }
                     *             ],
                     *             "other": 3
                     *           }
                     *         ],
                     *         "timezone": "Australia/Sydney",
                     *         "as_of": "2025-11-10T10:15:30.000Z"
                     *       }
                     *     }
                     */
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Growth fetched!";
                        body: {
                            months: {
                                month: string;
                                total: number;
                                sources: {
                                    source: string | null;
                                    count: number;
                                }[];
                                other: number;
                            }[];
                            timezone: string;
                            as_of: string;
                        };
                    };
                };
            };
        };
    };
    getCustomer: {
        parameters: {
            query?: {
                at?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "success": true,
                     *       "message": "Customer fetched!",
                     *       "body": {
                     *         "id": "019a6d6a-9c3b-7c1e-8a51-3f7e0c5d2b10",
                     *         "location_id": "019a6d6a-8f00-7d2c-9b64-1c2d3e4f5a6b",
                     *         "name": "Mikayla Malloney",
                     *         "company_name": null,
                     *         "address": "1 High St, Dapto NSW 2530",
                     *         "avatar": null,
                     *         "status": "active",
                     *         "email": "mikayla@example.com",
                     *         "phone": "+61412345678",
                     *         "contacts": [
                     *           {
                     *             "id": "019a6d6a-9c3b-7c1e-8a51-3f7e0c5d2b11",
                     *             "type": "email",
                     *             "value": "mikayla@example.com",
                     *             "raw": "mikayla@example.com",
                     *             "extension": null,
                     *             "label": null,
                     *             "is_primary": true,
                     *             "matchable": true
                     *           },
                     *           {
                     *             "id": "019a6d6a-9c3b-7c1e-8a51-3f7e0c5d2b12",
                     *             "type": "phone",
                     *             "value": "+61412345678",
                     *             "raw": "0412 345 678",
                     *             "extension": null,
                     *             "label": null,
                     *             "is_primary": true,
                     *             "matchable": true
                     *           }
                     *         ],
                     *         "tags": [
                     *           "vip"
                     *         ],
                     *         "source": "website",
                     *         "source_metadata": {
                     *           "utm_campaign": "spring"
                     *         },
                     *         "custom_fields": {},
                     *         "version": 1,
                     *         "created_at": "2026-01-01T00:00:00.000Z",
                     *         "updated_at": "2026-01-01T00:00:00.000Z"
                     *       }
                     *     }
                     */
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Customer fetched!";
                        body: {
                            id: string;
                            location_id: string;
                            name: string | null;
                            company_name: string | null;
                            address: string | null;
                            avatar: string | null;
                            /** @enum {string} */
                            status: "lead" | "active" | "inactive" | "blocked";
                            email: string | null;
                            phone: string | null;
                            contacts: {
                                id: string;
                                /** @enum {string} */
                                type: "email" | "phone";
                                value: string;
                                raw: string;
                                extension: string | null;
                                label: string | null;
                                is_primary: boolean;
                                matchable: boolean;
                            }[];
                            tags: string[];
                            source: string | null;
                            source_metadata: {
                                [key: string]: unknown;
                            };
                            custom_fields: {
                                [key: string]: unknown;
                            };
                            version: number;
                            created_at: string;
                            updated_at: string;
                        };
                    };
                };
            };
        };
    };
    putCustomer: {
        parameters: {
            query?: {
                dry_run?: boolean;
            };
            header?: {
                "Idempotency-Key"?: string;
                "If-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "company_name": "Malloney Interiors",
                 *       "tags": [
                 *         "vip",
                 *         "trade"
                 *       ]
                 *     }
                 */
                "application/json": {
                    name?: string | null;
                    address?: string | null;
                    company_name?: string | null;
                    tags?: string[] | null;
                    contacts?: {
                        id?: string;
                        /** @enum {string} */
                        type: "email" | "phone";
                        value: string;
                        label?: string | null;
                        is_primary?: boolean;
                        matchable?: boolean;
                        raw?: string;
                        extension?: string | null;
                    }[] | null;
                    source?: string | null;
                    source_metadata?: {
                        [key: string]: unknown;
                    } | null;
                    /** @enum {unknown} */
                    status?: "lead" | "active" | "inactive" | "blocked";
                    avatar?: string | null;
                    email?: string | null;
                    phone?: string | null;
                    added_tags?: string[] | null;
                    custom_fields?: {
                        [key: string]: unknown;
                    } | null;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "success": true,
                     *       "message": "Customer updated successfully.",
                     *       "body": {
                     *         "id": "019a6d6a-9c3b-7c1e-8a51-3f7e0c5d2b10",
                     *         "location_id": "019a6d6a-8f00-7d2c-9b64-1c2d3e4f5a6b",
                     *         "name": "Mikayla Malloney",
                     *         "company_name": "Malloney Interiors",
                     *         "address": "1 High St, Dapto NSW 2530",
                     *         "avatar": null,
                     *         "status": "active",
                     *         "email": "mikayla@example.com",
                     *         "phone": "+61412345678",
                     *         "contacts": [
                     *           {
                     *             "id": "019a6d6a-9c3b-7c1e-8a51-3f7e0c5d2b11",
                     *             "type": "email",
                     *             "value": "mikayla@example.com",
                     *             "raw": "mikayla@example.com",
                     *             "extension": null,
                     *             "label": null,
                     *             "is_primary": true,
                     *             "matchable": true
                     *           },
                     *           {
                     *             "id": "019a6d6a-9c3b-7c1e-8a51-3f7e0c5d2b12",
                     *             "type": "phone",
                     *             "value": "+61412345678",
                     *             "raw": "0412 345 678",
                     *             "extension": null,
                     *             "label": null,
                     *             "is_primary": true,
                     *             "matchable": true
                     *           }
                     *         ],
                     *         "tags": [
                     *           "vip",
                     *           "trade"
                     *         ],
                     *         "source": "website",
                     *         "source_metadata": {
                     *           "utm_campaign": "spring"
                     *         },
                     *         "custom_fields": {},
                     *         "version": 2,
                     *         "created_at": "2026-01-01T00:00:00.000Z",
                     *         "updated_at": "2026-01-01T00:00:00.000Z",
                     *         "warnings": []
                     *       }
                     *     }
                     */
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Customer updated successfully.";
                        body: {
                            id: string;
                            location_id: string;
                            name: string | null;
                            company_name: string | null;
                            address: string | null;
                            avatar: string | null;
                            /** @enum {string} */
                            status: "lead" | "active" | "inactive" | "blocked";
                            email: string | null;
                            phone: string | null;
                            contacts: {
                                id: string;
                                /** @enum {string} */
                                type: "email" | "phone";
                                value: string;
                                raw: string;
                                extension: string | null;
                                label: string | null;
                                is_primary: boolean;
                                matchable: boolean;
                            }[];
                            tags: string[];
                            source: string | null;
                            source_metadata: {
                                [key: string]: unknown;
                            };
                            custom_fields: {
                                [key: string]: unknown;
                            };
                            version: number;
                            created_at: string;
                            updated_at: string;
                            warnings: {
                                code: string;
                                field: string;
                                message: string;
                            }[];
                        };
                    };
                };
            };
        };
    };
    deleteCustomer: {
        parameters: {
            query?: {
                dry_run?: boolean;
                force?: boolean;
            };
            header?: {
                "Idempotency-Key"?: string;
                "If-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Customer deleted successfully.";
                        body: {
                            id: string;
                            deleted_at: string | null;
                        };
                    };
                };
            };
        };
    };
    updateCustomer: {
        parameters: {
            query?: {
                dry_run?: boolean;
            };
            header?: {
                "Idempotency-Key"?: string;
                "If-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "company_name": "Malloney Interiors",
                 *       "tags": [
                 *         "vip",
                 *         "trade"
                 *       ]
                 *     }
                 */
                "application/json": {
                    name?: string | null;
                    address?: string | null;
                    company_name?: string | null;
                    tags?: string[] | null;
                    contacts?: {
                        id?: string;
                        /** @enum {string} */
                        type: "email" | "phone";
                        value: string;
                        label?: string | null;
                        is_primary?: boolean;
                        matchable?: boolean;
                        raw?: string;
                        extension?: string | null;
                    }[] | null;
                    source?: string | null;
                    source_metadata?: {
                        [key: string]: unknown;
                    } | null;
                    /** @enum {unknown} */
                    status?: "lead" | "active" | "inactive" | "blocked";
                    avatar?: string | null;
                    email?: string | null;
                    phone?: string | null;
                    added_tags?: string[] | null;
                    custom_fields?: {
                        [key: string]: unknown;
                    } | null;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "success": true,
                     *       "message": "Customer updated successfully.",
                     *       "body": {
                     *         "id": "019a6d6a-9c3b-7c1e-8a51-3f7e0c5d2b10",
                     *         "location_id": "019a6d6a-8f00-7d2c-9b64-1c2d3e4f5a6b",
                     *         "name": "Mikayla Malloney",
                     *         "company_name": "Malloney Interiors",
                     *         "address": "1 High St, Dapto NSW 2530",
                     *         "avatar": null,
                     *         "status": "active",
                     *         "email": "mikayla@example.com",
                     *         "phone": "+61412345678",
                     *         "contacts": [
                     *           {
                     *             "id": "019a6d6a-9c3b-7c1e-8a51-3f7e0c5d2b11",
                     *             "type": "email",
                     *             "value": "mikayla@example.com",
                     *             "raw": "mikayla@example.com",
                     *             "extension": null,
                     *             "label": null,
                     *             "is_primary": true,
                     *             "matchable": true
                     *           },
                     *           {
                     *             "id": "019a6d6a-9c3b-7c1e-8a51-3f7e0c5d2b12",
                     *             "type": "phone",
                     *             "value": "+61412345678",
                     *             "raw": "0412 345 678",
                     *             "extension": null,
                     *             "label": null,
                     *             "is_primary": true,
                     *             "matchable": true
                     *           }
                     *         ],
                     *         "tags": [
                     *           "vip",
                     *           "trade"
                     *         ],
                     *         "source": "website",
                     *         "source_metadata": {
                     *           "utm_campaign": "spring"
                     *         },
                     *         "custom_fields": {},
                     *         "version": 2,
                     *         "created_at": "2026-01-01T00:00:00.000Z",
                     *         "updated_at": "2026-01-01T00:00:00.000Z",
                     *         "warnings": []
                     *       }
                     *     }
                     */
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Customer updated successfully.";
                        body: {
                            id: string;
                            location_id: string;
                            name: string | null;
                            company_name: string | null;
                            address: string | null;
                            avatar: string | null;
                            /** @enum {string} */
                            status: "lead" | "active" | "inactive" | "blocked";
                            email: string | null;
                            phone: string | null;
                            contacts: {
                                id: string;
                                /** @enum {string} */
                                type: "email" | "phone";
                                value: string;
                                raw: string;
                                extension: string | null;
                                label: string | null;
                                is_primary: boolean;
                                matchable: boolean;
                            }[];
                            tags: string[];
                            source: string | null;
                            source_metadata: {
                                [key: string]: unknown;
                            };
                            custom_fields: {
                                [key: string]: unknown;
                            };
                            version: number;
                            created_at: string;
                            updated_at: string;
                            warnings: {
                                code: string;
                                field: string;
                                message: string;
                            }[];
                        };
                    };
                };
            };
        };
    };
    restoreCustomer: {
        parameters: {
            query?: {
                dry_run?: boolean;
            };
            header?: {
                "Idempotency-Key"?: string;
                "If-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Customer restored!";
                        body: {
                            id: string;
                            location_id: string;
                            name: string | null;
                            company_name: string | null;
                            address: string | null;
                            avatar: string | null;
                            /** @enum {string} */
                            status: "lead" | "active" | "inactive" | "blocked";
                            email: string | null;
                            phone: string | null;
                            contacts: {
                                id: string;
                                /** @enum {string} */
                                type: "email" | "phone";
                                value: string;
                                raw: string;
                                extension: string | null;
                                label: string | null;
                                is_primary: boolean;
                                matchable: boolean;
                            }[];
                            tags: string[];
                            source: string | null;
                            source_metadata: {
                                [key: string]: unknown;
                            };
                            custom_fields: {
                                [key: string]: unknown;
                            };
                            version: number;
                            created_at: string;
                            updated_at: string;
                            contacts_taken: {
                                /** @enum {string} */
                                type: "email" | "phone";
                                value: string;
                                customer_id: string;
                            }[];
                        };
                    };
                };
            };
        };
    };
    eraseCustomer: {
        parameters: {
            query?: {
                dry_run?: boolean;
            };
            header?: {
                "Idempotency-Key"?: string;
                "If-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Customer erased.";
                        body: {
                            id: string;
                            erased_at: string;
                        };
                    };
                };
            };
        };
    };
    mergeCustomers: {
        parameters: {
            query?: {
                dry_run?: boolean;
            };
            header?: {
                "Idempotency-Key"?: string;
                "If-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "from": "019a6d6a-9c3b-7c1e-8a51-3f7e0c5d2b10"
                 *     }
                 */
                "application/json": {
                    from: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Customers merged!";
                        body: {
                            id: string;
                            location_id: string;
                            name: string | null;
                            company_name: string | null;
                            address: string | null;
                            avatar: string | null;
                            /** @enum {string} */
                            status: "lead" | "active" | "inactive" | "blocked";
                            email: string | null;
                            phone: string | null;
                            contacts: {
                                id: string;
                                /** @enum {string} */
                                type: "email" | "phone";
                                value: string;
                                raw: string;
                                extension: string | null;
                                label: string | null;
                                is_primary: boolean;
                                matchable: boolean;
                            }[];
                            tags: string[];
                            source: string | null;
                            source_metadata: {
                                [key: string]: unknown;
                            };
                            custom_fields: {
                                [key: string]: unknown;
                            };
                            version: number;
                            created_at: string;
                            updated_at: string;
                            merged: string;
                            gave_way: {
                                field: string;
                                kept: unknown;
                                gave_way: unknown;
                            }[];
                        };
                    };
                };
            };
        };
    };
    unmergeCustomers: {
        parameters: {
            query?: {
                dry_run?: boolean;
            };
            header?: {
                "Idempotency-Key"?: string;
                "If-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "from": "019a6d6a-9c3b-7c1e-8a51-3f7e0c5d2b10"
                 *     }
                 */
                "application/json": {
                    from: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Customers unmerged!";
                        body: {
                            id: string;
                            location_id: string;
                            name: string | null;
                            company_name: string | null;
                            address: string | null;
                            avatar: string | null;
                            /** @enum {string} */
                            status: "lead" | "active" | "inactive" | "blocked";
                            email: string | null;
                            phone: string | null;
                            contacts: {
                                id: string;
                                /** @enum {string} */
                                type: "email" | "phone";
                                value: string;
                                raw: string;
                                extension: string | null;
                                label: string | null;
                                is_primary: boolean;
                                matchable: boolean;
                            }[];
                            tags: string[];
                            source: string | null;
                            source_metadata: {
                                [key: string]: unknown;
                            };
                            custom_fields: {
                                [key: string]: unknown;
                            };
                            version: number;
                            created_at: string;
                            updated_at: string;
                            restored: {
                                id: string;
                                location_id: string;
                                name: string | null;
                                company_name: string | null;
                                address: string | null;
                                avatar: string | null;
                                /** @enum {string} */
                                status: "lead" | "active" | "inactive" | "blocked";
                                email: string | null;
                                phone: string | null;
                                contacts: {
                                    id: string;
                                    /** @enum {string} */
                                    type: "email" | "phone";
                                    value: string;
                                    raw: string;
                                    extension: string | null;
                                    label: string | null;
                                    is_primary: boolean;
                                    matchable: boolean;
                                }[];
                                tags: string[];
                                source: string | null;
                                source_metadata: {
                                    [key: string]: unknown;
                                };
                                custom_fields: {
                                    [key: string]: unknown;
                                };
                                version: number;
                                created_at: string;
                                updated_at: string;
                            };
                            kept: {
                                field: string;
                                code: string;
                                message: string;
                            }[];
                            contacts_taken: {
                                /** @enum {string} */
                                type: "email" | "phone";
                                value: string;
                                customer_id: string;
                            }[];
                        };
                    };
                };
            };
        };
    };
    listDuplicates: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                customer_id?: string;
                location_id?: string;
                dismissed?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Possible duplicates fetched!";
                        body: {
                            items: {
                                id: string;
                                customer_ids: string[];
                                score: number;
                                reasons: string[];
                                dismissed_at?: string;
                            }[];
                            next_cursor: string | null;
                        };
                    };
                };
            };
        };
    };
    dismissDuplicate: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Possible duplicate dismissed.";
                        body: {
                            id: string;
                            dismissed_at: string;
                        };
                    };
                };
            };
        };
    };
    reopenDuplicate: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Possible duplicate reopened.";
                        body: {
                            id: string;
                            dismissed_at: null;
                        };
                    };
                };
            };
        };
    };
    listReferences: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "References fetched!";
                        body: {
                            items: {
                                kind: string;
                                ref: string;
                                /** @enum {string} */
                                state: "open" | "closed";
                            }[];
                            next_cursor: null;
                        };
                    };
                };
            };
        };
    };
    putReference: {
        parameters: {
            query?: {
                dry_run?: boolean;
            };
            header?: {
                "Idempotency-Key"?: string;
                "If-Match"?: string;
            };
            path: {
                id: string;
                kind: string;
                ref: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "state": "open"
                 *     }
                 */
                "application/json": {
                    /** @enum {string} */
                    state: "open" | "closed";
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Reference saved!";
                        body: {
                            kind: string;
                            ref: string;
                            /** @enum {string} */
                            state: "open" | "closed";
                            version: number;
                        };
                    };
                };
            };
        };
    };
    removeReference: {
        parameters: {
            query?: {
                dry_run?: boolean;
            };
            header?: {
                "Idempotency-Key"?: string;
                "If-Match"?: string;
            };
            path: {
                id: string;
                kind: string;
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Reference removed.";
                        body: {
                            kind: string;
                            ref: string;
                            state: null;
                            version: number;
                        };
                    };
                };
            };
        };
    };
    placeLegalHold: {
        parameters: {
            query?: {
                dry_run?: boolean;
            };
            header?: {
                "Idempotency-Key"?: string;
                "If-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "Claim 2026/118"
                 *     }
                 */
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Legal hold placed.";
                        body: {
                            id: string;
                            legal_hold: string | null;
                            version: number;
                        };
                    };
                };
            };
        };
    };
    liftLegalHold: {
        parameters: {
            query?: {
                dry_run?: boolean;
            };
            header?: {
                "Idempotency-Key"?: string;
                "If-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Legal hold lifted.";
                        body: {
                            id: string;
                            legal_hold: string | null;
                            version: number;
                        };
                    };
                };
            };
        };
    };
    listCustomerEvents: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Events fetched!";
                        body: {
                            items: {
                                id: string;
                                customer_id: string;
                                location_id: string;
                                /** @enum {string} */
                                type: "created" | "updated" | "deleted" | "restored" | "merged" | "merged_away" | "unmerged" | "erased" | "purged";
                                actor: {
                                    type: string;
                                    id: string | null;
                                    name: string | null;
                                };
                                at: string;
                                version: number;
                                changes: {
                                    [key: string]: {
                                        before: unknown;
                                        after: unknown;
                                    };
                                };
                                context: {
                                    [key: string]: unknown;
                                } | null;
                                import_id: string | null;
                            }[];
                            next_cursor: string | null;
                        };
                    };
                };
            };
        };
    };
    exportCustomer: {
        parameters: {
            query?: {
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Customer exported!";
                        body: {
                            id: string;
                            customer: {
                                id: string;
                                location_id: string;
                                name: string | null;
                                company_name: string | null;
                                address: string | null;
                                avatar: string | null;
                                /** @enum {string} */
                                status: "lead" | "active" | "inactive" | "blocked";
                                email: string | null;
                                phone: string | null;
                                contacts: {
                                    id: string;
                                    /** @enum {string} */
                                    type: "email" | "phone";
                                    value: string;
                                    raw: string;
                                    extension: string | null;
                                    label: string | null;
                                    is_primary: boolean;
                                    matchable: boolean;
                                }[];
                                tags: string[];
                                source: string | null;
                                source_metadata: {
                                    [key: string]: unknown;
                                };
                                custom_fields: {
                                    [key: string]: unknown;
                                };
                                version: number;
                                created_at: string;
                                updated_at: string;
                                deleted_at: string | null;
                                merged_into: string | null;
                                legal_hold: string | null;
                            };
                            merged: {
                                id: string;
                                location_id: string;
                                name: string | null;
                                company_name: string | null;
                                address: string | null;
                                avatar: string | null;
                                /** @enum {string} */
                                status: "lead" | "active" | "inactive" | "blocked";
                                email: string | null;
                                phone: string | null;
                                contacts: {
                                    id: string;
                                    /** @enum {string} */
                                    type: "email" | "phone";
                                    value: string;
                                    raw: string;
                                    extension: string | null;
                                    label: string | null;
                                    is_primary: boolean;
                                    matchable: boolean;
                                }[];
                                tags: string[];
                                source: string | null;
                                source_metadata: {
                                    [key: string]: unknown;
                                };
                                custom_fields: {
                                    [key: string]: unknown;
                                };
                                version: number;
                                created_at: string;
                                updated_at: string;
                                deleted_at: string | null;
                                merged_into: string | null;
                                legal_hold: string | null;
                            }[];
                            references: {
                                customer_id: string;
                                kind: string;
                                ref: string;
                                /** @enum {string} */
                                state: "open" | "closed";
                            }[];
                            possible_duplicates: {
                                id: string;
                                customer_ids: string[];
                                score: number;
                                reasons: string[];
                                dismissed_at?: string;
                            }[];
                            history: {
                                id: string;
                                customer_id: string;
                                location_id: string;
                                /** @enum {string} */
                                type: "created" | "updated" | "deleted" | "restored" | "merged" | "merged_away" | "unmerged" | "erased" | "purged";
                                actor: {
                                    type: string;
                                    id: string | null;
                                    name: string | null;
                                };
                                at: string;
                                version: number;
                                changes: {
                                    [key: string]: {
                                        before: unknown;
                                        after: unknown;
                                    };
                                };
                                context: {
                                    [key: string]: unknown;
                                } | null;
                                import_id: string | null;
                            }[];
                            next_cursor: string | null;
                        };
                    };
                };
            };
        };
    };
    listEvents: {
        parameters: {
            query?: {
                after?: string;
                limit?: number;
                wait?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Events fetched!";
                        body: {
                            items: {
                                id: string;
                                customer_id: string;
                                location_id: string;
                                /** @enum {string} */
                                type: "created" | "updated" | "deleted" | "restored" | "merged" | "merged_away" | "unmerged" | "erased" | "purged";
                                actor: {
                                    type: string;
                                    id: string | null;
                                    name: string | null;
                                };
                                at: string;
                                version: number;
                                changes: {
                                    [key: string]: {
                                        before: unknown;
                                        after: unknown;
                                    };
                                };
                                context: {
                                    [key: string]: unknown;
                                } | null;
                                import_id: string | null;
                            }[];
                            next_cursor: string;
                        };
                    };
                };
            };
        };
    };
    listImports: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                location_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Imports fetched!";
                        body: {
                            items: {
                                id: string;
                                started_at: string;
                                ended_at: string;
                                actor: {
                                    type: string;
                                    id: string | null;
                                    name: string | null;
                                };
                                created: number;
                                updated: number;
                                undone: number;
                                undone_at: string | null;
                            }[];
                            next_cursor: string | null;
                        };
                    };
                };
            };
        };
    };
    undoImport: {
        parameters: {
            query?: {
                cursor?: string;
            };
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Import undone.";
                        body: {
                            restored: number;
                            deleted: number;
                            undone_before: number;
                            skipped: {
                                customer_id: string;
                                /** @enum {string} */
                                reason: "edited_since" | "deleted_since" | "merged_since" | "delete_blocked";
                            }[];
                            next_cursor: string | null;
                        };
                    };
                };
            };
        };
    };
    addDemoCustomers: {
        parameters: {
            query?: {
                location_id?: string;
            };
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Demo customers added!";
                        body: {
                            import_id: string;
                            tag: string;
                            created: number;
                            found: number;
                        };
                    };
                };
            };
        };
    };
    listLocations: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Locations fetched!";
                        body: {
                            items: {
                                id: string;
                                name: string;
                                country: string;
                                timezone: string;
                                created_at: string;
                                updated_at: string;
                            }[];
                            next_cursor: string | null;
                        };
                    };
                };
            };
        };
    };
    createLocation: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Wollongong depot",
                 *       "country": "AU",
                 *       "timezone": "Australia/Sydney"
                 *     }
                 */
                "application/json": {
                    name: string;
                    country?: string;
                    timezone?: string;
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Location created!";
                        body: {
                            id: string;
                            name: string;
                            country: string;
                            timezone: string;
                            created_at: string;
                            updated_at: string;
                        };
                    };
                };
            };
        };
    };
    getLocation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Location fetched!";
                        body: {
                            id: string;
                            name: string;
                            country: string;
                            timezone: string;
                            created_at: string;
                            updated_at: string;
                        };
                    };
                };
            };
        };
    };
    updateLocation: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Wollongong"
                 *     }
                 */
                "application/json": {
                    name?: string;
                    country?: string;
                    timezone?: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Location updated successfully.";
                        body: {
                            id: string;
                            name: string;
                            country: string;
                            timezone: string;
                            created_at: string;
                            updated_at: string;
                        };
                    };
                };
            };
        };
    };
    listApiKeys: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "API keys fetched!";
                        body: {
                            items: {
                                id: string;
                                name: string;
                                location_id: string | null;
                                scopes: string[];
                                created_at: string;
                                expires_at: string | null;
                                revoked_at: string | null;
                                last_used_at: string | null;
                            }[];
                            next_cursor: string | null;
                        };
                    };
                };
            };
        };
    };
    createApiKey: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Website form",
                 *       "scopes": [
                 *         "customers:write"
                 *       ]
                 *     }
                 */
                "application/json": {
                    name: string;
                    scopes?: ("customers:read" | "customers:write" | "customers:delete" | "customers:erase" | "admin")[];
                    location_id?: string | null;
                    expires_at?: string | null;
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "API key created!";
                        body: {
                            id: string;
                            name: string;
                            location_id: string | null;
                            scopes: string[];
                            created_at: string;
                            expires_at: string | null;
                            revoked_at: string | null;
                            last_used_at: string | null;
                            key: string | null;
                        };
                    };
                };
            };
        };
    };
    rotateApiKey: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "overlap_seconds": 3600
                 *     }
                 */
                "application/json": {
                    /** @default 86400 */
                    overlap_seconds?: number;
                    expires_at?: string | null;
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "API key rotated!";
                        body: {
                            id: string;
                            name: string;
                            location_id: string | null;
                            scopes: string[];
                            created_at: string;
                            expires_at: string | null;
                            revoked_at: string | null;
                            last_used_at: string | null;
                            key: string | null;
                        };
                    };
                };
            };
        };
    };
    revokeApiKey: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "API key revoked.";
                        body: {
                            id: string;
                            name: string;
                            location_id: string | null;
                            scopes: string[];
                            created_at: string;
                            expires_at: string | null;
                            revoked_at: string | null;
                            last_used_at: string | null;
                        };
                    };
                };
            };
        };
    };
    listApiKeyUses: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "API key uses fetched!";
                        body: {
                            items: {
                                day: string;
                                requests: number;
                                refused: number;
                                denied: number;
                                limited: number;
                                failed: number;
                                first_at: string;
                                last_at: string;
                                succeeded_at: string | null;
                                operations: {
                                    operation: string;
                                    requests: number;
                                    refused: number;
                                    denied: number;
                                    limited: number;
                                    failed: number;
                                    first_at: string;
                                    last_at: string;
                                    succeeded_at: string | null;
                                }[];
                            }[];
                            next_cursor: string | null;
                        };
                    };
                };
            };
        };
    };
    getDeleteRules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Delete rules fetched!";
                        body: {
                            protected_statuses: ("lead" | "active" | "inactive" | "blocked")[];
                            protected_tags: string[];
                            soft_reference_kinds: string[];
                            retention_days: number;
                        };
                    };
                };
            };
        };
    };
    setDeleteRules: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "protected_statuses": [
                 *         "blocked"
                 *       ]
                 *     }
                 */
                "application/json": {
                    protected_statuses?: ("lead" | "active" | "inactive" | "blocked")[];
                    protected_tags?: string[];
                    soft_reference_kinds?: string[];
                    retention_days?: number;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Delete rules updated successfully.";
                        body: {
                            protected_statuses: ("lead" | "active" | "inactive" | "blocked")[];
                            protected_tags: string[];
                            soft_reference_kinds: string[];
                            retention_days: number;
                        };
                    };
                };
            };
        };
    };
    getSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Session fetched!";
                        body: {
                            business: {
                                id: string;
                                name: string;
                            };
                            key: {
                                id: string;
                                name: string;
                                scopes: string[];
                                location_id: string | null;
                            };
                            locations: {
                                id: string;
                                name: string;
                                country: string;
                                timezone: string;
                                created_at: string;
                                updated_at: string;
                            }[];
                            expires_at: string | null;
                        };
                    };
                };
            };
        };
    };
    beginSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "key": "YOUR_KEY_HERE"
                 *     }
                 */
                "application/json": {
                    key: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Signed in!";
                        body: {
                            business: {
                                id: string;
                                name: string;
                            };
                            key: {
                                id: string;
                                name: string;
                                scopes: string[];
                                location_id: string | null;
                            };
                            locations: {
                                id: string;
                                name: string;
                                country: string;
                                timezone: string;
                                created_at: string;
                                updated_at: string;
                            }[];
                            expires_at: string | null;
                        };
                    };
                };
            };
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @enum {string} */
                        message: "Signed out.";
                        body: {
                            signed_out: boolean;
                        };
                    };
                };
            };
        };
    };
}
