-- Who deletes a category, a label or a material asks first which products have it.

create index product_category on product (category_id);
create index product_material on product (material_id);
create index product_label_label on product_label (label_id);
