"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(length=32), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.String(length=2000), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("digest", name=op.f("uq_audit_entry_digest")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entry_at", ["at"], unique=False)
        batch_op.create_index("ix_audit_entry_subject", ["subject"], unique=False)

    op.create_table(
        "branch",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("is_pickup", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_branch")),
    )
    op.create_table(
        "category",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name_id", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("membership_days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_category")),
    )
    op.create_table(
        "closed_day",
        sa.Column("branch", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("branch", "day", name=op.f("pk_closed_day")),
    )
    op.create_table(
        "closed_weekday",
        sa.Column("branch", sa.String(length=64), nullable=False),
        sa.Column("weekday", sa.Integer(), autoincrement=False, nullable=False),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_closed_weekday_weekday")),
        sa.PrimaryKeyConstraint("branch", "weekday", name=op.f("pk_closed_weekday")),
    )
    op.create_table(
        "job",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("held_by", sa.String(length=64), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=2000), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job")),
    )
    op.create_table(
        "licence",
        sa.Column("document_id", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=2000), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("loan_hours", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("copies >= 0", name=op.f("ck_licence_copies")),
        sa.CheckConstraint("loan_hours > 0", name=op.f("ck_licence_loan_hours")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_licence")),
    )
    op.create_table(
        "login_try",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_login_try")),
    )
    with op.batch_alter_table("login_try", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_try_last_at"), ["last_at"], unique=False)

    op.create_table(
        "rule",
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("loan_type", sa.String(length=64), nullable=False),
        sa.Column("branch", sa.String(length=64), nullable=False),
        sa.Column("loan_days", sa.Integer(), nullable=False),
        sa.Column("max_loans", sa.Integer(), nullable=False),
        sa.Column("renewals", sa.Integer(), nullable=False),
        sa.Column("renew_days", sa.Integer(), nullable=False),
        sa.Column("no_renewal_before", sa.Integer(), nullable=False),
        sa.Column("holds_allowed", sa.Boolean(), nullable=False),
        sa.Column("shelf_holds_allowed", sa.Boolean(), nullable=False),
        sa.Column("max_holds", sa.Integer(), nullable=False),
        sa.Column("hold_days", sa.Integer(), nullable=False),
        sa.Column("pickup_days", sa.Integer(), nullable=False),
        sa.Column("fine_per_day", sa.Integer(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("max_fines", sa.Integer(), nullable=False),
        sa.Column("age_min", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("category", "loan_type", "branch", name=op.f("pk_rule")),
    )
    op.create_table(
        "item",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=200), nullable=False),
        sa.Column("barcode", sa.String(length=64), nullable=True),
        sa.Column("branch", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("location", sa.String(length=200), nullable=False),
        sa.Column("call_number", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("loan_type", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("is_licence", sa.Boolean(), nullable=False),
        sa.Column("lendable", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(length=2000), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("barcode IS NOT NULL OR is_licence", name=op.f("ck_item_barcode")),
        sa.ForeignKeyConstraint(["branch"], ["branch.code"], name=op.f("fk_item_branch_branch")),
        sa.ForeignKeyConstraint(["place"], ["branch.code"], name=op.f("fk_item_place_branch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("barcode", name=op.f("uq_item_barcode")),
    )
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_document_id"), ["document_id"], unique=False)
        batch_op.create_index("ix_item_document_status", ["document_id", "status"], unique=False)

    op.create_table(
        "patron",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("card_number", sa.String(length=64), nullable=True),
        sa.Column("ils_id", sa.String(length=64), nullable=False),
        sa.Column("pin_hash", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("home_branch", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=2000), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("standing", sa.String(length=32), nullable=False),
        sa.Column("block_reason", sa.String(length=2000), nullable=False),
        sa.Column("keep_history", sa.Boolean(), nullable=False),
        sa.Column("reminders", sa.Boolean(), nullable=False),
        sa.Column("oidc", sa.String(length=500), nullable=True),
        sa.Column("calendar_token", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["category"], ["category.code"], name=op.f("fk_patron_category_category")),
        sa.ForeignKeyConstraint(["home_branch"], ["branch.code"], name=op.f("fk_patron_home_branch_branch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patron")),
        sa.UniqueConstraint("card_number", name=op.f("uq_patron_card_number")),
        sa.UniqueConstraint("oidc", name=op.f("uq_patron_oidc")),
    )
    with op.batch_alter_table("patron", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_patron_calendar_token"), ["calendar_token"], unique=False)
        batch_op.create_index("ix_patron_ils_id", ["ils_id"], unique=False)
        batch_op.create_index("ix_patron_name", ["name"], unique=False)

    op.create_table(
        "consent",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("patron_id", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["patron_id"], ["patron.id"], name=op.f("fk_consent_patron_id_patron"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_patron_id"), ["patron_id"], unique=False)

    op.create_table(
        "data_request",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("patron_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settle_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(
            ["patron_id"], ["patron.id"], name=op.f("fk_data_request_patron_id_patron"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request")),
    )
    with op.batch_alter_table("data_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_data_request_patron_id"), ["patron_id"], unique=False)

    op.create_table(
        "family_link",
        sa.Column("guardian_id", sa.String(length=32), nullable=False),
        sa.Column("child_id", sa.String(length=32), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["child_id"], ["patron.id"], name=op.f("fk_family_link_child_id_patron"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["guardian_id"], ["patron.id"], name=op.f("fk_family_link_guardian_id_patron"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("guardian_id", "child_id", name=op.f("pk_family_link")),
    )
    op.create_table(
        "hold",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=200), nullable=False),
        sa.Column("patron_id", sa.String(length=32), nullable=False),
        sa.Column("wanted_item_id", sa.String(length=32), nullable=True),
        sa.Column("item_id", sa.String(length=32), nullable=True),
        sa.Column("pickup_branch", sa.String(length=64), nullable=False),
        sa.Column("from_branch", sa.String(length=64), nullable=False),
        sa.Column("for_licence", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suspended_until", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pickup_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_hold_item_id_item")),
        sa.ForeignKeyConstraint(["patron_id"], ["patron.id"], name=op.f("fk_hold_patron_id_patron")),
        sa.ForeignKeyConstraint(["pickup_branch"], ["branch.code"], name=op.f("fk_hold_pickup_branch_branch")),
        sa.ForeignKeyConstraint(["wanted_item_id"], ["item.id"], name=op.f("fk_hold_wanted_item_id_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hold_document_id"), ["document_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hold_patron_id"), ["patron_id"], unique=False)
        batch_op.create_index(
            "ux_hold_active",
            ["document_id", "patron_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('queued', 'in_transit', 'ready')"),
            postgresql_where=sa.text("state IN ('queued', 'in_transit', 'ready')"),
        )
        batch_op.create_index(
            "ux_hold_item",
            ["item_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('in_transit', 'ready')"),
            postgresql_where=sa.text("state IN ('in_transit', 'ready')"),
        )
        batch_op.create_index("ux_hold_key", ["patron_id", "key"], unique=True)
        batch_op.create_index("ux_hold_number", ["document_id", "number"], unique=True)

    op.create_table(
        "loan",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=200), nullable=False),
        sa.Column("patron_id", sa.String(length=32), nullable=True),
        sa.Column("branch", sa.String(length=64), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("loan_type", sa.String(length=64), nullable=False),
        sa.Column("out_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("renewals", sa.Integer(), nullable=False),
        sa.Column("renewals_allowed", sa.Integer(), nullable=False),
        sa.Column("renew_days", sa.Integer(), nullable=False),
        sa.Column("no_renewal_before", sa.Integer(), nullable=False),
        sa.Column("fine_per_day", sa.Integer(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("renewal_key", sa.String(length=64), nullable=False),
        sa.CheckConstraint("patron_id IS NOT NULL OR returned_at IS NOT NULL", name=op.f("ck_loan_borrower")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_loan_item_id_item")),
        sa.ForeignKeyConstraint(["patron_id"], ["patron.id"], name=op.f("fk_loan_patron_id_patron")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan")),
    )
    with op.batch_alter_table("loan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_loan_document_id"), ["document_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_loan_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_loan_item_id"), ["item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_loan_patron_id"), ["patron_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_loan_returned_at"), ["returned_at"], unique=False)
        batch_op.create_index(
            "ux_loan_open",
            ["item_id"],
            unique=True,
            sqlite_where=sa.text("returned_at IS NULL"),
            postgresql_where=sa.text("returned_at IS NULL"),
        )

    op.create_table(
        "message",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("patron_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("body", sa.String(length=20000), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=2000), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["patron_id"], ["patron.id"], name=op.f("fk_message_patron_id_patron"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("key", name=op.f("uq_message_key")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_patron_id"), ["patron_id"], unique=False)
        batch_op.create_index(
            "ix_message_waiting",
            ["not_before"],
            unique=False,
            sqlite_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
        )

    op.create_table(
        "reading_list",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("patron_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["patron_id"], ["patron.id"], name=op.f("fk_reading_list_patron_id_patron"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_list")),
    )
    with op.batch_alter_table("reading_list", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reading_list_patron_id"), ["patron_id"], unique=False)

    op.create_table(
        "saved_search",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("patron_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=2000), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["patron_id"], ["patron.id"], name=op.f("fk_saved_search_patron_id_patron"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
    )
    with op.batch_alter_table("saved_search", schema=None) as batch_op:
        batch_op.create_index("ix_saved_search_patron_id", ["patron_id"], unique=False)

    op.create_table(
        "session",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("patron_id", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("form_token", sa.String(length=64), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_s", sa.Integer(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["patron_id"], ["patron.id"], name=op.f("fk_session_patron_id_patron"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_session")),
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_patron_id"), ["patron_id"], unique=False)

    op.create_table(
        "fine",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("patron_id", sa.String(length=32), nullable=False),
        sa.Column("loan_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=2000), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("charged_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_fine_amount")),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_fine_loan_id_loan")),
        sa.ForeignKeyConstraint(["patron_id"], ["patron.id"], name=op.f("fk_fine_patron_id_patron")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fine")),
    )
    with op.batch_alter_table("fine", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fine_patron_id"), ["patron_id"], unique=False)
        batch_op.create_index(
            "ux_fine_overdue",
            ["loan_id"],
            unique=True,
            sqlite_where=sa.text("kind = 'overdue'"),
            postgresql_where=sa.text("kind = 'overdue'"),
        )

    op.create_table(
        "list_entry",
        sa.Column("list_id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=2000), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["reading_list.id"], name=op.f("fk_list_entry_list_id_reading_list"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("list_id", "document_id", name=op.f("pk_list_entry")),
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("fine_id", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("waived", sa.Boolean(), nullable=False),
        sa.Column("taken_by", sa.String(length=32), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_amount")),
        sa.ForeignKeyConstraint(["fine_id"], ["fine.id"], name=op.f("fk_payment_fine_id_fine")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("key", name=op.f("uq_payment_key")),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_fine_id"), ["fine_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payment_fine_id"))

    op.drop_table("payment")
    op.drop_table("list_entry")
    with op.batch_alter_table("fine", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_fine_overdue", sqlite_where=sa.text("kind = 'overdue'"), postgresql_where=sa.text("kind = 'overdue'")
        )
        batch_op.drop_index(batch_op.f("ix_fine_patron_id"))

    op.drop_table("fine")
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_patron_id"))
        batch_op.drop_index(batch_op.f("ix_session_expires_at"))

    op.drop_table("session")
    with op.batch_alter_table("saved_search", schema=None) as batch_op:
        batch_op.drop_index("ix_saved_search_patron_id")

    op.drop_table("saved_search")
    with op.batch_alter_table("reading_list", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reading_list_patron_id"))

    op.drop_table("reading_list")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_message_waiting",
            sqlite_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_message_patron_id"))

    op.drop_table("message")
    with op.batch_alter_table("loan", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_loan_open", sqlite_where=sa.text("returned_at IS NULL"), postgresql_where=sa.text("returned_at IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_loan_returned_at"))
        batch_op.drop_index(batch_op.f("ix_loan_patron_id"))
        batch_op.drop_index(batch_op.f("ix_loan_item_id"))
        batch_op.drop_index(batch_op.f("ix_loan_due_at"))
        batch_op.drop_index(batch_op.f("ix_loan_document_id"))

    op.drop_table("loan")
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.drop_index("ux_hold_number")
        batch_op.drop_index("ux_hold_key")
        batch_op.drop_index(
            "ux_hold_item",
            sqlite_where=sa.text("state IN ('in_transit', 'ready')"),
            postgresql_where=sa.text("state IN ('in_transit', 'ready')"),
        )
        batch_op.drop_index(
            "ux_hold_active",
            sqlite_where=sa.text("state IN ('queued', 'in_transit', 'ready')"),
            postgresql_where=sa.text("state IN ('queued', 'in_transit', 'ready')"),
        )
        batch_op.drop_index(batch_op.f("ix_hold_patron_id"))
        batch_op.drop_index(batch_op.f("ix_hold_document_id"))

    op.drop_table("hold")
    op.drop_table("family_link")
    with op.batch_alter_table("data_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_data_request_patron_id"))

    op.drop_table("data_request")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_patron_id"))

    op.drop_table("consent")
    with op.batch_alter_table("patron", schema=None) as batch_op:
        batch_op.drop_index("ix_patron_name")
        batch_op.drop_index("ix_patron_ils_id")
        batch_op.drop_index(batch_op.f("ix_patron_calendar_token"))

    op.drop_table("patron")
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.drop_index("ix_item_document_status")
        batch_op.drop_index(batch_op.f("ix_item_document_id"))

    op.drop_table("item")
    op.drop_table("rule")
    with op.batch_alter_table("login_try", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_try_last_at"))

    op.drop_table("login_try")
    op.drop_table("licence")
    op.drop_table("job")
    op.drop_table("closed_weekday")
    op.drop_table("closed_day")
    op.drop_table("category")
    op.drop_table("branch")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_subject")
        batch_op.drop_index("ix_audit_entry_at")

    op.drop_table("audit_entry")
