-- :name get
select currency, fee_basis_points, fee_minimum_minor, pay_floor_minor, payout_minimum_minor, sign_up, strict_limits,
       appeal_days, brake_count, brake_percent, brake_days, auto_approval_seconds
from market_settings where organization_id = $1;

-- :name put
insert into market_settings (organization_id, currency, fee_basis_points, fee_minimum_minor, pay_floor_minor,
    payout_minimum_minor, sign_up, strict_limits, appeal_days, brake_count, brake_percent, brake_days,
    auto_approval_seconds, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
on conflict (organization_id) do update set currency = excluded.currency, fee_basis_points = excluded.fee_basis_points,
    fee_minimum_minor = excluded.fee_minimum_minor, pay_floor_minor = excluded.pay_floor_minor,
    payout_minimum_minor = excluded.payout_minimum_minor, sign_up = excluded.sign_up,
    strict_limits = excluded.strict_limits, appeal_days = excluded.appeal_days, brake_count = excluded.brake_count,
    brake_percent = excluded.brake_percent, brake_days = excluded.brake_days,
    auto_approval_seconds = excluded.auto_approval_seconds, updated_at = excluded.updated_at;
