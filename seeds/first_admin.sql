-- Those who run the product need no plan that is for sale, and the first of them is known by address. Accounts are the
-- platform's: there is work once it has this one.

-- @transform the plan of the staff
-- @check
SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM plans WHERE name = 'staff');
-- @run
INSERT INTO plans (name, tier) VALUES ('staff', 'team');
-- @end

-- @transform the profile of the first administrator
-- @check
SELECT 1 FROM auth.users AS u
WHERE u.email = 'admin@example.com' AND NOT EXISTS (SELECT 1 FROM profiles AS p WHERE p.user_id = u.id);
-- @run
INSERT INTO profiles (user_id, plan_id, display_name)
SELECT u.id, p.id, 'Administrator' FROM auth.users AS u, plans AS p
WHERE u.email = 'admin@example.com' AND p.name = 'staff';
-- @end
