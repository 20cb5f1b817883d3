-- Pairs that staff dismissed, the last one first: each is a decision of a person, so there are few.
create index possible_duplicates_dismissed on possible_duplicates (business_id, dismissed_at desc, id desc) where dismissed_at is not null;
