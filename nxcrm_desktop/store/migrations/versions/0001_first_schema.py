"""The first schema: the dictionary's entities, the local tables, the search index."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SCHEMA = """
CREATE TABLE checksum (scope INTEGER NOT NULL, entity INTEGER NOT NULL, count BIGINT NOT NULL, sum TEXT NOT NULL,
    PRIMARY KEY (scope, entity)) WITHOUT ROWID;
CREATE TABLE communication (kind TEXT, lead_id TEXT, contact_id TEXT, direction TEXT, happened_at BIGINT, duration_s
    BIGINT, subject TEXT, body TEXT, outcome TEXT, external_ref TEXT, id TEXT NOT NULL, created_at BIGINT,
    created_by TEXT, updated_at BIGINT, updated_by TEXT, PRIMARY KEY (id));
CREATE INDEX ix_communication_by_happened_at ON communication (happened_at, id);
CREATE INDEX ix_communication_by_updated_at ON communication (updated_at, id);
CREATE INDEX ix_communication_contact_id ON communication (contact_id);
CREATE INDEX ix_communication_lead_id_happened_at ON communication (lead_id, happened_at);
CREATE TABLE company (name TEXT, gstin TEXT, phone TEXT, email TEXT, website TEXT, industry TEXT, address TEXT, city
    TEXT, state TEXT, tags TEXT, notes TEXT, owner_id TEXT, external_ref TEXT, id TEXT NOT NULL, created_at BIGINT,
    created_by TEXT, updated_at BIGINT, updated_by TEXT, PRIMARY KEY (id));
CREATE INDEX ix_company_by_city ON company (city COLLATE "NOCASE", id);
CREATE INDEX ix_company_by_name ON company (name COLLATE "NOCASE", id);
CREATE INDEX ix_company_by_updated_at ON company (updated_at, id);
CREATE INDEX ix_company_gstin ON company (gstin);
CREATE INDEX ix_company_owner_id ON company (owner_id);
CREATE TABLE "conflict" (entity TEXT, row_id TEXT, field TEXT, base TEXT, mine TEXT, theirs TEXT, mine_by TEXT,
    mine_at BIGINT, theirs_by TEXT, theirs_at BIGINT, status TEXT, id TEXT NOT NULL, created_at BIGINT, created_by
    TEXT, updated_at BIGINT, updated_by TEXT, PRIMARY KEY (id));
CREATE INDEX ix_conflict_by_updated_at ON "conflict" (updated_at, id);
CREATE INDEX ix_conflict_row_id ON "conflict" (row_id);
CREATE INDEX ix_conflict_status ON "conflict" (status);
CREATE TABLE consent (lead_id TEXT, contact_id TEXT, for_purpose TEXT, decision TEXT, source TEXT, text_version
    TEXT, decided_at BIGINT, id TEXT NOT NULL, created_at BIGINT, created_by TEXT, updated_at BIGINT, updated_by
    TEXT, PRIMARY KEY (id));
CREATE INDEX ix_consent_by_updated_at ON consent (updated_at, id);
CREATE INDEX ix_consent_contact_id ON consent (contact_id);
CREATE INDEX ix_consent_lead_id ON consent (lead_id);
CREATE TABLE contact (full_name TEXT, phone TEXT, alt_phone TEXT, email TEXT, address TEXT, city TEXT, state TEXT,
    pincode TEXT, date_of_birth TEXT, pan TEXT, company_id TEXT, language TEXT, source TEXT, tags TEXT, notes TEXT,
    owner_id TEXT, external_ref TEXT, id TEXT NOT NULL, created_at BIGINT, created_by TEXT, updated_at BIGINT,
    updated_by TEXT, PRIMARY KEY (id));
CREATE INDEX ix_contact_by_city ON contact (city COLLATE "NOCASE", id);
CREATE INDEX ix_contact_by_full_name ON contact (full_name COLLATE "NOCASE", id);
CREATE INDEX ix_contact_by_updated_at ON contact (updated_at, id);
CREATE INDEX ix_contact_company_id ON contact (company_id);
CREATE INDEX ix_contact_email ON contact (email);
CREATE INDEX ix_contact_owner_id ON contact (owner_id);
CREATE INDEX ix_contact_phone ON contact (phone);
CREATE TABLE disclosure (contact_id TEXT, lead_id TEXT, recipient TEXT, basis TEXT, data_fields TEXT, country TEXT,
    safeguard TEXT, disclosed_at BIGINT, package_sha256 TEXT, id TEXT NOT NULL, created_at BIGINT, created_by TEXT,
    updated_at BIGINT, updated_by TEXT, PRIMARY KEY (id));
CREATE INDEX ix_disclosure_by_updated_at ON disclosure (updated_at, id);
CREATE INDEX ix_disclosure_contact_id ON disclosure (contact_id);
CREATE INDEX ix_disclosure_lead_id ON disclosure (lead_id);
CREATE TABLE document (title TEXT, category TEXT, lead_id TEXT, contact_id TEXT, transaction_id TEXT, expires_on
    TEXT, id TEXT NOT NULL, created_at BIGINT, created_by TEXT, updated_at BIGINT, updated_by TEXT, PRIMARY KEY
    (id));
CREATE INDEX ix_document_by_category ON document (category, id);
CREATE INDEX ix_document_by_expires_on ON document (expires_on, id);
CREATE INDEX ix_document_by_title ON document (title COLLATE "NOCASE", id);
CREATE INDEX ix_document_by_updated_at ON document (updated_at, id);
CREATE INDEX ix_document_contact_id ON document (contact_id);
CREATE INDEX ix_document_lead_id ON document (lead_id);
CREATE INDEX ix_document_transaction_id ON document (transaction_id);
CREATE TABLE document_version (document_id TEXT, number BIGINT, file_name TEXT, media_type TEXT, size_bytes BIGINT,
    sha256 TEXT, id TEXT NOT NULL, created_at BIGINT, created_by TEXT, updated_at BIGINT, updated_by TEXT, PRIMARY
    KEY (id));
CREATE INDEX ix_document_version_by_updated_at ON document_version (updated_at, id);
CREATE INDEX ix_document_version_document_id ON document_version (document_id);
CREATE INDEX ix_document_version_sha256 ON document_version (sha256);
CREATE TABLE entity_count (entity TEXT NOT NULL, rows BIGINT NOT NULL, PRIMARY KEY (entity)) WITHOUT ROWID;
CREATE TABLE erasure (row_id TEXT NOT NULL, PRIMARY KEY (row_id)) WITHOUT ROWID;
CREATE TABLE import_batch (id TEXT NOT NULL, entity TEXT NOT NULL, file_name TEXT NOT NULL, at BIGINT NOT NULL,
    undone_at BIGINT, summary TEXT NOT NULL, PRIMARY KEY (id)) WITHOUT ROWID;
CREATE TABLE import_row (batch_id TEXT NOT NULL, row_id TEXT NOT NULL, digest TEXT NOT NULL, "before" TEXT, PRIMARY
    KEY (batch_id, row_id)) WITHOUT ROWID;
CREATE INDEX ix_import_row_row ON import_row (row_id);
CREATE TABLE incident (title TEXT, detected_at BIGINT, status TEXT, description TEXT, id TEXT NOT NULL, created_at
    BIGINT, created_by TEXT, updated_at BIGINT, updated_by TEXT, PRIMARY KEY (id));
CREATE INDEX ix_incident_by_detected_at ON incident (detected_at, id);
CREATE INDEX ix_incident_by_updated_at ON incident (updated_at, id);
CREATE TABLE lead (name TEXT, phone TEXT, alt_phone TEXT, email TEXT, company_name TEXT, website TEXT, industry
    TEXT, city TEXT, pincode TEXT, source TEXT, stage TEXT, lost_reason TEXT, rating TEXT, interest TEXT,
    budget_paise BIGINT, vehicle_id TEXT, contact_id TEXT, company_id TEXT, owner_id TEXT, next_step TEXT,
    next_step_at BIGINT, last_activity_at BIGINT, enquired_at BIGINT, tags TEXT, notes TEXT, external_ref TEXT, id
    TEXT NOT NULL, created_at BIGINT, created_by TEXT, updated_at BIGINT, updated_by TEXT, PRIMARY KEY (id));
CREATE INDEX ix_lead_by_budget_paise ON lead (budget_paise, id);
CREATE INDEX ix_lead_by_city ON lead (city COLLATE "NOCASE", id);
CREATE INDEX ix_lead_by_enquired_at ON lead (enquired_at, id);
CREATE INDEX ix_lead_by_name ON lead (name COLLATE "NOCASE", id);
CREATE INDEX ix_lead_by_next_step_at ON lead (next_step_at, id);
CREATE INDEX ix_lead_by_owner_id ON lead (owner_id, id);
CREATE INDEX ix_lead_by_rating ON lead (rating, id);
CREATE INDEX ix_lead_by_source ON lead (source COLLATE "NOCASE", id);
CREATE INDEX ix_lead_by_stage ON lead (stage, id);
CREATE INDEX ix_lead_by_updated_at ON lead (updated_at, id);
CREATE INDEX ix_lead_company_id ON lead (company_id);
CREATE INDEX ix_lead_contact_id ON lead (contact_id);
CREATE INDEX ix_lead_email ON lead (email);
CREATE INDEX ix_lead_external_ref ON lead (external_ref);
CREATE INDEX ix_lead_phone ON lead (phone);
CREATE TABLE lead_stage ("key" TEXT, label TEXT, label_hi TEXT, position BIGINT, probability BIGINT, outcome TEXT,
    id TEXT NOT NULL, created_at BIGINT, created_by TEXT, updated_at BIGINT, updated_by TEXT, PRIMARY KEY (id));
CREATE INDEX ix_lead_stage_by_position ON lead_stage (position, id);
CREATE INDEX ix_lead_stage_by_updated_at ON lead_stage (updated_at, id);
CREATE TABLE legal_hold (contact_id TEXT, lead_id TEXT, reason TEXT, law TEXT, held_fields TEXT, expires_on TEXT, id
    TEXT NOT NULL, created_at BIGINT, created_by TEXT, updated_at BIGINT, updated_by TEXT, PRIMARY KEY (id));
CREATE INDEX ix_legal_hold_by_updated_at ON legal_hold (updated_at, id);
CREATE INDEX ix_legal_hold_contact_id ON legal_hold (contact_id);
CREATE INDEX ix_legal_hold_lead_id ON legal_hold (lead_id);
CREATE TABLE membership (row_id TEXT NOT NULL, entity INTEGER NOT NULL, scope INTEGER NOT NULL, ver BIGINT NOT NULL,
    PRIMARY KEY (row_id, entity, scope)) WITHOUT ROWID;
CREATE TABLE meta ("key" TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY ("key")) WITHOUT ROWID;
CREATE TABLE outbox (n INTEGER NOT NULL, grp TEXT NOT NULL, op TEXT NOT NULL, entity TEXT NOT NULL, row_id TEXT NOT
    NULL, base_ver BIGINT, fields TEXT NOT NULL, at BIGINT NOT NULL, author TEXT NOT NULL, PRIMARY KEY (n));
CREATE INDEX ix_outbox_row ON outbox (row_id, entity);
CREATE TABLE payment_entry (transaction_id TEXT, direction TEXT, mode TEXT, amount_paise BIGINT, paid_on TEXT,
    reference TEXT, reverses_id TEXT, remark TEXT, id TEXT NOT NULL, created_at BIGINT, created_by TEXT, updated_at
    BIGINT, updated_by TEXT, PRIMARY KEY (id));
CREATE INDEX ix_payment_entry_by_paid_on ON payment_entry (paid_on, id);
CREATE INDEX ix_payment_entry_by_updated_at ON payment_entry (updated_at, id);
CREATE INDEX ix_payment_entry_transaction_id ON payment_entry (transaction_id);
CREATE TABLE policy_acceptance (user_id TEXT, policy_version_id TEXT, accepted_at BIGINT, id TEXT NOT NULL,
    created_at BIGINT, created_by TEXT, updated_at BIGINT, updated_by TEXT, PRIMARY KEY (id));
CREATE INDEX ix_policy_acceptance_by_updated_at ON policy_acceptance (updated_at, id);
CREATE INDEX ix_policy_acceptance_user_id ON policy_acceptance (user_id);
CREATE TABLE policy_version (version TEXT, language TEXT, body TEXT, body_sha256 TEXT, effective_on TEXT, id TEXT
    NOT NULL, created_at BIGINT, created_by TEXT, updated_at BIGINT, updated_by TEXT, PRIMARY KEY (id));
CREATE INDEX ix_policy_version_by_updated_at ON policy_version (updated_at, id);
CREATE TABLE prefs ("key" TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY ("key")) WITHOUT ROWID;
CREATE TABLE privacy_request (kind TEXT, contact_id TEXT, lead_id TEXT, received_at BIGINT, due_at BIGINT, status
    TEXT, assignee_id TEXT, requested TEXT, decision TEXT, id TEXT NOT NULL, created_at BIGINT, created_by TEXT,
    updated_at BIGINT, updated_by TEXT, PRIMARY KEY (id));
CREATE INDEX ix_privacy_request_by_due_at ON privacy_request (due_at, id);
CREATE INDEX ix_privacy_request_by_updated_at ON privacy_request (updated_at, id);
CREATE INDEX ix_privacy_request_contact_id ON privacy_request (contact_id);
CREATE INDEX ix_privacy_request_lead_id ON privacy_request (lead_id);
CREATE TABLE quarantine (entity TEXT, row_id TEXT, op TEXT, changes TEXT, reason TEXT, author_id TEXT, typed_at
    BIGINT, status TEXT, id TEXT NOT NULL, created_at BIGINT, created_by TEXT, updated_at BIGINT, updated_by TEXT,
    PRIMARY KEY (id));
CREATE INDEX ix_quarantine_by_updated_at ON quarantine (updated_at, id);
CREATE INDEX ix_quarantine_row_id ON quarantine (row_id);
CREATE INDEX ix_quarantine_status ON quarantine (status);
CREATE TABLE saved_view (name TEXT, entity TEXT, definition TEXT, owner_id TEXT, shared_with TEXT, id TEXT NOT NULL,
    created_at BIGINT, created_by TEXT, updated_at BIGINT, updated_by TEXT, PRIMARY KEY (id));
CREATE INDEX ix_saved_view_by_updated_at ON saved_view (updated_at, id);
CREATE TABLE scope (id INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (id), UNIQUE (name));
CREATE TABLE search_doc (docid INTEGER NOT NULL, entity TEXT NOT NULL, row_id TEXT NOT NULL, words TEXT NOT NULL,
    PRIMARY KEY (docid));
CREATE UNIQUE INDEX ix_search_doc_row ON search_doc (row_id, entity);
CREATE TABLE shadow (row_id TEXT NOT NULL, entity TEXT NOT NULL, ver BIGINT, vals TEXT, PRIMARY KEY (row_id,
    entity)) WITHOUT ROWID;
CREATE TABLE stage_change (lead_id TEXT, from_stage TEXT, to_stage TEXT, changed_at BIGINT, id TEXT NOT NULL,
    created_at BIGINT, created_by TEXT, updated_at BIGINT, updated_by TEXT, PRIMARY KEY (id));
CREATE INDEX ix_stage_change_by_updated_at ON stage_change (updated_at, id);
CREATE INDEX ix_stage_change_lead_id ON stage_change (lead_id);
CREATE TABLE sync_log (id INTEGER NOT NULL, at BIGINT NOT NULL, kind TEXT NOT NULL, entity TEXT, row_id TEXT, status
    TEXT, code TEXT, detail TEXT, PRIMARY KEY (id));
CREATE INDEX ix_sync_log_row ON sync_log (row_id);
CREATE TABLE task (subject TEXT, lead_id TEXT, contact_id TEXT, assignee_id TEXT, due_at BIGINT, status TEXT,
    done_at BIGINT, outcome TEXT, id TEXT NOT NULL, created_at BIGINT, created_by TEXT, updated_at BIGINT,
    updated_by TEXT, PRIMARY KEY (id));
CREATE INDEX ix_task_assignee_id_due_at ON task (assignee_id, due_at);
CREATE INDEX ix_task_by_due_at ON task (due_at, id);
CREATE INDEX ix_task_by_updated_at ON task (updated_at, id);
CREATE INDEX ix_task_contact_id ON task (contact_id);
CREATE INDEX ix_task_lead_id ON task (lead_id);
CREATE TABLE team (name TEXT, manager_id TEXT, region TEXT, id TEXT NOT NULL, created_at BIGINT, created_by TEXT,
    updated_at BIGINT, updated_by TEXT, PRIMARY KEY (id));
CREATE INDEX ix_team_by_name ON team (name COLLATE "NOCASE", id);
CREATE INDEX ix_team_by_updated_at ON team (updated_at, id);
CREATE TABLE "transaction" (kind TEXT, stage TEXT, lead_id TEXT, contact_id TEXT, vehicle_id TEXT, agreed_paise
    BIGINT, agreed_on TEXT, financier TEXT, notes TEXT, id TEXT NOT NULL, created_at BIGINT, created_by TEXT,
    updated_at BIGINT, updated_by TEXT, PRIMARY KEY (id));
CREATE INDEX ix_transaction_by_agreed_on ON "transaction" (agreed_on, id);
CREATE INDEX ix_transaction_by_agreed_paise ON "transaction" (agreed_paise, id);
CREATE INDEX ix_transaction_by_stage ON "transaction" (stage, id);
CREATE INDEX ix_transaction_by_updated_at ON "transaction" (updated_at, id);
CREATE INDEX ix_transaction_contact_id ON "transaction" (contact_id);
CREATE INDEX ix_transaction_lead_id ON "transaction" (lead_id);
CREATE INDEX ix_transaction_vehicle_id ON "transaction" (vehicle_id);
CREATE TABLE usage_event (user_id TEXT, happened_at BIGINT, feature TEXT, id TEXT NOT NULL, created_at BIGINT,
    created_by TEXT, updated_at BIGINT, updated_by TEXT, PRIMARY KEY (id));
CREATE INDEX ix_usage_event_by_updated_at ON usage_event (updated_at, id);
CREATE TABLE user (username TEXT, full_name TEXT, role TEXT, manager_id TEXT, team_id TEXT, employee_id TEXT, email
    TEXT, phone TEXT, department TEXT, designation TEXT, active BIGINT, id TEXT NOT NULL, created_at BIGINT,
    created_by TEXT, updated_at BIGINT, updated_by TEXT, PRIMARY KEY (id));
CREATE INDEX ix_user_by_full_name ON user (full_name COLLATE "NOCASE", id);
CREATE INDEX ix_user_by_updated_at ON user (updated_at, id);
CREATE INDEX ix_user_username ON user (username);
CREATE TABLE vehicle (registration_number TEXT, chassis_number TEXT, engine_number TEXT, make TEXT, model TEXT,
    variant TEXT, year BIGINT, fuel TEXT, transmission TEXT, colour TEXT, odometer_km BIGINT, ownership TEXT,
    stock_status TEXT, asking_paise BIGINT, cost_paise BIGINT, acquired_on TEXT, insurance_expires_on TEXT, location
    TEXT, external_ref TEXT, id TEXT NOT NULL, created_at BIGINT, created_by TEXT, updated_at BIGINT, updated_by
    TEXT, PRIMARY KEY (id));
CREATE INDEX ix_vehicle_by_asking_paise ON vehicle (asking_paise, id);
CREATE INDEX ix_vehicle_by_make ON vehicle (make COLLATE "NOCASE", id);
CREATE INDEX ix_vehicle_by_model ON vehicle (model COLLATE "NOCASE", id);
CREATE INDEX ix_vehicle_by_updated_at ON vehicle (updated_at, id);
CREATE INDEX ix_vehicle_by_year ON vehicle (year, id);
CREATE INDEX ix_vehicle_chassis_number ON vehicle (chassis_number);
CREATE INDEX ix_vehicle_registration_number ON vehicle (registration_number);
CREATE VIRTUAL TABLE search USING fts5(words, content='search_doc', content_rowid='docid', tokenize='ascii',
    prefix='1 2 3 4', detail=none, columnsize=0);
INSERT INTO search (search, rank) VALUES ('automerge', 8);
"""


def upgrade() -> None:
    """Make every table, exactly as the first release had them."""
    for statement in filter(None, (part.strip() for part in _SCHEMA.split(";"))):
        op.execute(statement)
