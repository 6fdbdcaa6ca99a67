"""The record: tables, the one transaction, the hash chain and the outbox."""
