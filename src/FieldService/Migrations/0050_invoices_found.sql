-- What finding an invoice by its number or its client reads, and nothing beside it: the rows themselves are ten times as wide.
create index invoices_found on invoices (account_id, invoice_number, client_id, id);
